/** Where the program begins. */

const args = process.argv.slice(2)
// Before everything is loaded: a server that is told early to reload has nothing to do yet, and must not end for it.
const isServer = args[0] === 'serve'
if (isServer) process.on('SIGHUP', () => undefined)
const { run } = await import('./cli/program.ts')
// The channel to the launcher, where there is one, tells of its end and must not keep this process alive.
process.channel?.unref()
// A server writes its log by itself, and waits for no reader.
const output = isServer ? undefined : await import('./cli/output.ts')
output?.outliveReaders()
process.exitCode = await run(args)
await output?.printed()
// Whatever may still be open, a command that has ended has ended.
process.exit()
