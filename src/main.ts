/** Where the program begins. */
import { run } from './cli/program.ts'

// The channel to the launcher, where there is one, tells of its end and must not keep this process alive.
process.channel?.unref()
process.exitCode = await run(process.argv.slice(2))
// Whatever may still be open, a command that has ended has ended.
process.exit()
