/** Where the program begins. */

const args = process.argv.slice(2)
// Before everything is loaded: a server that is told early to reload has nothing to do yet, and must not end for it.
if (args[0] === 'serve') process.on('SIGHUP', () => undefined)
const { run } = await import('./cli/program.ts')
// The channel to the launcher, where there is one, tells of its end and must not keep this process alive.
process.channel?.unref()
process.exitCode = await run(args)
// Whatever may still be open, a command that has ended has ended.
process.exit()
