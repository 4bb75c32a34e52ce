/** The command line: which commands there are and what they take. */
import { Command, CommanderError } from 'commander'
import { check } from './check.ts'
import { demo } from './demo.ts'
import { type ServeOptions, serve } from './serve.ts'
import { type StatusOptions, status } from './status.ts'
import { VERSION } from './version.ts'

/** The exit code for a command line that is wrong. */
const USAGE = 2

/** Runs the command that the arguments name; gives the exit code. */
export async function run(args: readonly string[]): Promise<number> {
  let code = 0
  const set = (exit: number): void => {
    code = exit
  }
  try {
    await program(set).parseAsync(args, { from: 'user' })
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE
    process.stderr.write(`understudy: ${error instanceof Error ? error.message : String(error)}\n`)
    return 1
  }
  return code
}

function program(exit: (code: number) => void): Command {
  const root = new Command('understudy')
    .description('Authoritative DNS server with built-in health checking.')
    .version(VERSION)
    .exitOverride()
    .showHelpAfterError('(understudy --help shows what there is)')
  root
    .command('serve')
    .description('run the server')
    .option('--config <file>', 'server configuration (default: understudy.yaml, if there is one)')
    .option('--zones <folder>', 'zones to serve (default: ./zones)')
    .option('--listen <address:port...>', 'where to answer DNS (default: 127.0.0.1:5300)')
    .option('--admin <address:port>', 'admin listener (default: 127.0.0.1:8053)')
    .option('--state <file>', 'SQLite database of verdicts and selections (default: ./state/understudy.db)')
    .addHelpText('after', '\nExample:\n  understudy serve --zones ./zones --listen 127.0.0.1:5300')
    .action(async (options: ServeOptions) => exit(await serve(options)))
  root
    .command('check')
    .description(
      'validate a configuration, a folder of zones or one zone; shows the worst-case failover time of each managed name',
    )
    .argument('[path]', 'file or folder (default: what serve would read)')
    .addHelpText('after', '\nExample:\n  understudy check zones/')
    .action(async (path: string | undefined) => exit(await check(path)))
  root
    .command('status')
    .description('pools, endpoints, and what is answered now')
    .argument('[name]', 'a zone, ZONE/POOL, a pool or a managed name (default: all)')
    .option('--server <url>', 'admin listener of the server', 'http://127.0.0.1:8053')
    .option('--json', 'one JSON document')
    .addHelpText('after', '\nExample:\n  understudy status www.lb.example.com')
    .action(async (name: string | undefined, options: StatusOptions) => exit(await status(name, options)))
  root
    .command('demo')
    .description('show a failover: two small web servers, one of which is stopped')
    .option('--keep', 'leave all running until Ctrl+C')
    .addHelpText('after', '\nExample:\n  understudy demo --keep')
    .action(async (options: { keep?: boolean }) => exit(await demo(options)))
  return root
}
