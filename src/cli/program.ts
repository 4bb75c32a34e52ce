/** The command line: which commands there are and what they take. */
import { Command, CommanderError } from 'commander'
import { testAlert } from './alert.ts'
import { check } from './check.ts'
import { demo } from './demo.ts'
import {
  type FailbackOptions,
  failBack,
  type OperateOptions,
  type OverrideOptions,
  release,
  setOverride,
} from './operate.ts'
import { type ServeOptions, serve } from './serve.ts'
import { type StatusOptions, status } from './status.ts'
import { VERSION } from './version.ts'

/** The exit code for a command line that is wrong. */
const USAGE = 2
const DEFAULT_SERVERS = ['http://127.0.0.1:8053']

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

function operating(command: Command): Command {
  const collect = (url: string, before: string[] | undefined): string[] =>
    before === undefined || before === DEFAULT_SERVERS ? [url] : [...before, url]
  return command.option(
    '--server <url>',
    'admin listener of the server; given again, each is told',
    collect,
    DEFAULT_SERVERS,
  )
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
  const overriding = (command: Command): Command =>
    operating(command)
      .requiredOption('--for <duration>', 'how long it holds, from 1s to 30d')
      .option('--reason <text>', 'why, for those who come after')
      .option('--force', 'also where no usable endpoint is left')
      .option('--volatile', 'do not store it: a restart forgets it')
  overriding(root.command('drain'))
    .description('take an endpoint out of service while it is worked on')
    .argument('<endpoint>', 'ZONE/POOL/ENDPOINT or POOL/ENDPOINT')
    .addHelpText('after', '\nExample:\n  understudy drain www/primary --for 30m --reason "new disks"')
    .action(async (target: string, options: OverrideOptions) =>
      exit(await setOverride('drain', target, options)),
    )
  overriding(root.command('force'))
    .description('count an endpoint as up or down, whatever its probes see')
    .argument('<endpoint>', 'ZONE/POOL/ENDPOINT or POOL/ENDPOINT')
    .argument('<verdict>', 'up or down')
    .addHelpText('after', '\nExample:\n  understudy force www/backup up --for 1h')
    .action(async (target: string, verdict: string, options: OverrideOptions) => {
      if (verdict === 'up' || verdict === 'down')
        return exit(await setOverride(`force-${verdict}`, target, options))
      process.stderr.write(`understudy: ${verdict} is not up or down\n`)
      exit(USAGE)
    })
  overriding(root.command('pin'))
    .description('answer with one endpoint of a pool, whatever is said of it')
    .argument('<endpoint>', 'ZONE/POOL/ENDPOINT or POOL/ENDPOINT')
    .addHelpText('after', '\nExample:\n  understudy pin www/backup --for 2h --reason "move to the new site"')
    .action(async (target: string, options: OverrideOptions) =>
      exit(await setOverride('pin', target, options)),
    )
  operating(root.command('release'))
    .description('take back what drain, force and pin have said')
    .argument('<target>', 'ZONE/POOL/ENDPOINT, POOL/ENDPOINT, or ZONE/POOL for all of the pool')
    .option('--volatile', 'do not wait for the disk: a restart brings back what it has kept')
    .addHelpText('after', '\nExample:\n  understudy release www/primary')
    .action(async (target: string, options: OperateOptions & { volatile?: boolean }) =>
      exit(await release(target, options)),
    )
  operating(root.command('failback'))
    .description('return to the primary, where failback is manual or has to wait')
    .argument('<pool>', 'ZONE/POOL')
    .option('--force', 'force the primary up if it is not, for as long as --for says')
    .option('--for <duration>', 'with --force, from 1s to 30d')
    .option('--reason <text>', 'why, for those who come after')
    .option('--volatile', 'do not store what is forced: a restart forgets it')
    .addHelpText('after', '\nExample:\n  understudy failback lb.example.com/www')
    .action(async (target: string, options: FailbackOptions, command: Command) => {
      if ((options.force === true) !== (options.for !== undefined))
        command.error('error: --force and --for go together')
      exit(await failBack(target, options))
    })
  const alert = root.command('alert').description('receivers of alerts')
  operating(alert.command('test'))
    .description('send a test alert to a receiver, past its filters and quiet hours')
    .argument('<receiver>', 'its name in alerts: of understudy.yaml')
    .addHelpText('after', '\nExample:\n  understudy alert test on-call')
    .action(async (receiver: string, options: OperateOptions) => exit(await testAlert(receiver, options)))
  root
    .command('demo')
    .description('show a failover: two small web servers, one of which is stopped')
    .option('--keep', 'leave all running until Ctrl+C')
    .addHelpText('after', '\nExample:\n  understudy demo --keep')
    .action(async (options: { keep?: boolean }) => exit(await demo(options)))
  return root
}
