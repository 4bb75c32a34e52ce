/** The command line: which commands there are and what they take. */
import { Argument, Command, CommanderError, Option } from 'commander'
import { ROLES } from '#config/roles.ts'
import { SCHEMA_NAMES, type SchemaName } from '#config/schema-names.ts'
import { SOURCE_NAMES, type SourceName } from '#import/source-names.ts'
import { collectServers, nameArgument, portArgument, zoneArgument } from './arguments.ts'
import type { AuditOptions } from './audit.ts'
import type { BacktestOptions } from './backtest.ts'
import { SHELLS, type Shell } from './completion.ts'
import type { DoctorOptions } from './doctor.ts'
import type { DrillOptions } from './drill.ts'
import type { ExplainOptions } from './explain.ts'
import type { HistoryOptions } from './history.ts'
import type { ImportOptions } from './import.ts'
import type { FailbackOptions, OperateOptions, OverrideOptions } from './operate.ts'
import type { ReloadOptions } from './reload.ts'
import type { ServeOptions } from './serve.ts'
import { type ServerOptions, speaking } from './servers.ts'
import type { StatusOptions } from './status.ts'
import type { TokenOptions } from './token.ts'
import { VERSION } from './version.ts'

/** What a command does is loaded when it is run: a help or a status does not wait for the whole server. */
const load = {
  alert: () => import('./alert.ts'),
  audit: () => import('./audit.ts'),
  backtest: () => import('./backtest.ts'),
  check: () => import('./check.ts'),
  complete: () => import('./complete.ts'),
  completion: () => import('./completion.ts'),
  demo: () => import('./demo.ts'),
  doctor: () => import('./doctor.ts'),
  drill: () => import('./drill.ts'),
  explain: () => import('./explain.ts'),
  history: () => import('./history.ts'),
  import: () => import('./import.ts'),
  lineWords: () => import('./line-words.ts'),
  operate: () => import('./operate.ts'),
  reload: () => import('./reload.ts'),
  schema: () => import('./schema.ts'),
  serve: () => import('./serve.ts'),
  status: () => import('./status.ts'),
  token: () => import('./token.ts'),
}

const NO_COLOUR = 'no colours; nor if the variable NO_COLOR is set, or where it does not go to a terminal'

const VERDICTS = ['up', 'down'] as const

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

/** @param exit takes the exit code of the command that has run */
export function program(exit: (code: number) => void): Command {
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
    .action(async (options: ServeOptions) => exit(await (await load.serve()).serve(options)))
  root
    .command('check')
    .description(
      'validate a configuration, a folder of zones or one zone; shows the worst-case failover time of each managed name',
    )
    .argument('[path]', 'file or folder (default: what serve would read)')
    .addHelpText('after', '\nExample:\n  understudy check zones/')
    .action(async (path: string | undefined) => exit(await (await load.check()).check(path)))
  speaking(root.command('status'))
    .description('pools, endpoints, and what is answered now')
    .argument('[name]', 'a zone, ZONE/POOL, a pool or a managed name (default: all)')
    .option('--json', 'one JSON document')
    .addOption(
      new Option(
        '--watch',
        'show it anew at each change, until Ctrl+C; not to a terminal: a block for each change',
      ).conflicts('json'),
    )
    .option('--no-color', NO_COLOUR)
    .addHelpText('after', '\nExample:\n  understudy status www.lb.example.com --watch')
    .action(async (name: string | undefined, options: StatusOptions) =>
      exit(await (await load.status()).status(name, options)),
    )
  speaking(root.command('explain'))
    .description('why a name is answered as it is: the pool, every endpoint, what probes have seen, the TTL')
    .argument('<name>', 'a domain name, with or without the final dot')
    .argument('[type]', 'record type', 'A')
    .option('--json', 'one JSON document')
    .option('--client <subnet>', 'not supported yet')
    .addHelpText('after', '\nExample:\n  understudy explain www.lb.example.com AAAA')
    .action(
      async (name: string, type: string, options: ExplainOptions & { client?: string }, command: Command) => {
        if (options.client !== undefined)
          command.error('error: --client is not supported yet: every client gets the same answer')
        exit(await (await load.explain()).explain(name, type, options))
      },
    )
  speaking(root.command('history'))
    .description('what has changed, newest last: verdicts, selections and overrides, with the reasons')
    .argument('[name]', 'a zone, ZONE/POOL, a pool or a managed name (default: all)')
    .option('--since <when>', 'a duration such as 24h, or a time such as 2026-01-31T12:00:00Z', '24h')
    .option('--limit <n>', 'no more than the newest so many, up to 1000', '100')
    .option('--json', 'one JSON document')
    .option('--no-color', NO_COLOUR)
    .addHelpText('after', '\nExample:\n  understudy history www.lb.example.com --since 2h')
    .action(async (name: string | undefined, options: HistoryOptions) =>
      exit(await (await load.history()).history(name, options)),
    )
  speaking(root.command('audit'))
    .description('who has changed what, from where and why, newest last; asks for the role operate')
    .option('--since <when>', 'a duration such as 24h, or a time such as 2026-01-31T12:00:00Z', '24h')
    .option('--limit <n>', 'no more than the newest so many, up to 1000', '100')
    .option('--json', 'one JSON document')
    .option('--no-color', NO_COLOUR)
    .addHelpText('after', '\nExample:\n  understudy audit --since 7d')
    .action(async (options: AuditOptions) => exit(await (await load.audit()).audit(options)))
  const overriding = (command: Command): Command =>
    speaking(command)
      .requiredOption('--for <duration>', 'how long it holds, from 1s to 30d')
      .option('--reason <text>', 'why, for those who come after')
      .option('--force', 'also where no usable endpoint is left')
      .option('--volatile', 'do not store it: a restart forgets it')
  overriding(root.command('drain'))
    .description('take an endpoint out of service while it is worked on')
    .argument('<endpoint>', 'ZONE/POOL/ENDPOINT or POOL/ENDPOINT')
    .addHelpText('after', '\nExample:\n  understudy drain www/primary --for 30m --reason "new disks"')
    .action(async (target: string, options: OverrideOptions) =>
      exit(await (await load.operate()).setOverride('drain', target, options)),
    )
  overriding(root.command('force'))
    .description('count an endpoint as up or down, whatever its probes see')
    .argument('<endpoint>', 'ZONE/POOL/ENDPOINT or POOL/ENDPOINT')
    .addArgument(new Argument('<verdict>', 'what it counts as').choices(VERDICTS))
    .addHelpText('after', '\nExample:\n  understudy force www/backup up --for 1h')
    .action(async (target: string, verdict: (typeof VERDICTS)[number], options: OverrideOptions) =>
      exit(await (await load.operate()).setOverride(`force-${verdict}`, target, options)),
    )
  overriding(root.command('pin'))
    .description('answer with one endpoint of a pool, whatever is said of it')
    .argument('<endpoint>', 'ZONE/POOL/ENDPOINT or POOL/ENDPOINT')
    .addHelpText('after', '\nExample:\n  understudy pin www/backup --for 2h --reason "move to the new site"')
    .action(async (target: string, options: OverrideOptions) =>
      exit(await (await load.operate()).setOverride('pin', target, options)),
    )
  speaking(root.command('release'))
    .description('take back what drain, force and pin have said')
    .argument('<target>', 'ZONE/POOL/ENDPOINT, POOL/ENDPOINT, or ZONE/POOL for all of the pool')
    .option('--reason <text>', 'why, for those who come after')
    .option('--volatile', 'do not wait for the disk: a restart brings back what it has kept')
    .addHelpText('after', '\nExample:\n  understudy release www/primary')
    .action(async (target: string, options: OperateOptions & { reason?: string; volatile?: boolean }) =>
      exit(await (await load.operate()).release(target, options)),
    )
  speaking(root.command('failback'))
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
      exit(await (await load.operate()).failBack(target, options))
    })
  addDoctor(root, exit)
  addImport(root, exit)
  speaking(root.command('drill'))
    .description('take what a pool serves as failed for a while on each server, and measure the failover')
    .argument('<pool>', 'ZONE/POOL')
    .requiredOption('--for <duration>', 'how long, from 1s to 30d; at least as long as a failover may take')
    .option('--reason <text>', 'why, for those who come after')
    .option('--watch <address:port...>', 'others whose answers are watched too: a resolver of these servers')
    .option('--json', 'one JSON document at the end')
    .addHelpText(
      'after',
      '\nExample:\n  understudy drill lb.example.com/www --for 2m --server http://ns1:8053 --server http://ns2:8053 --watch 192.0.2.1:53',
    )
    .action(async (target: string, options: DrillOptions) =>
      exit(await (await load.drill()).drill(target, options)),
    )
  speaking(root.command('reload'))
    .description('read the configuration again, as on SIGHUP; if anything is wrong nothing changes')
    .option('--dry-run', 'only show what that would change')
    .option('--reason <text>', 'why, for those who come after')
    .option('--json', 'the answer as JSON')
    .addHelpText('after', '\nExample:\n  understudy reload --dry-run')
    .action(async (options: ReloadOptions) => exit(await (await load.reload()).reload(options)))
  root
    .command('token')
    .description('make a token for the admin listener: shown once, with what goes into understudy.yaml')
    .argument('<name>', 'whose it is, or what for; stands in the log and the audit')
    .addOption(
      new Option('--role <role>', 'read: may look; operate: may change too').choices(ROLES).default('read'),
    )
    .addHelpText('after', '\nExample:\n  understudy token alice --role operate')
    .action(async (name: string, options: TokenOptions) =>
      exit(await (await load.token()).token(name, options)),
    )
  speaking(root.command('backtest'))
    .description('what other thresholds of a health check would have done, on what its probes have seen')
    .argument('<check>', 'a health check, or ZONE/CHECK')
    .option('--fall <n>', 'fails in a row that make down')
    .option('--rise <n>', 'passes in a row that make up')
    .option('--interval <duration>', 'from probe to probe')
    .option('--fast-interval <duration>', 'the same while a change is being decided')
    .option('--timeout <duration>', 'of a probe')
    .option('--since <when>', 'a duration or a time', '7d')
    .option(
      '--short <duration>',
      'what is over sooner, and was none for the other thresholds, is a false alarm',
      '1m',
    )
    .option('--json', 'one JSON document')
    .addHelpText('after', '\nExample:\n  understudy backtest web --fall 2 --interval 5s')
    .action(async (name: string, options: BacktestOptions) =>
      exit(await (await load.backtest()).backtest(name, options)),
    )
  const alert = root
    .command('alert')
    .description('receivers of alerts')
    .addHelpText('afterAll', '\nExample:\n  understudy alert test on-call')
  speaking(alert.command('test'))
    .description('send a test alert to a receiver, past its filters and quiet hours')
    .argument('<receiver>', 'its name in alerts: of understudy.yaml')
    .action(async (receiver: string, options: ServerOptions) =>
      exit(await (await load.alert()).testAlert(receiver, options)),
    )
  root
    .command('schema')
    .description('print a JSON Schema, by which editors complete configurations and underline mistakes')
    .addArgument(
      new Argument('<which>', 'understudy for understudy.yaml, zone for zones/*.yaml').choices(SCHEMA_NAMES),
    )
    .addHelpText('after', '\nExample:\n  understudy schema zone > zone.schema.json')
    .action(async (which: SchemaName) => (await load.schema()).schema(which))
  root
    .command('completion')
    .description('print what makes a shell complete commands, options and names of a running server')
    .addArgument(new Argument('<shell>', 'which shell').choices(SHELLS))
    .addHelpText('after', '\nExample:\n  understudy completion bash > /etc/bash_completion.d/understudy')
    .action(async (shell: Shell) => (await load.completion()).completion(shell))
  root
    .command('complete', { hidden: true })
    .description('what may stand at the cursor, for the scripts that completion prints')
    .argument('[words...]', 'those behind the name of the program, the one at the cursor last')
    .option('--line <text>', 'in place of the words: the line up to the cursor')
    .addHelpText('after', '\nExample:\n  understudy complete -- drain www/')
    .action(async (words: string[], { line }: { line?: string }) => {
      const { complete, completionText } = await load.complete()
      const { wordsOf } = await load.lineWords()
      const completions = await complete(root, line === undefined ? words : wordsOf(line).slice(1))
      process.stdout.write(completionText(completions))
    })
  root
    .command('demo')
    .description('show a failover: two small web servers, one of which is stopped')
    .option('--keep', 'leave all running until Ctrl+C')
    .addHelpText('after', '\nExample:\n  understudy demo --keep')
    .action(async (options: { keep?: boolean }) => exit(await (await load.demo()).demo(options)))
  return root
}

function addDoctor(root: Command, exit: (code: number) => void): void {
  root
    .command('doctor')
    .description(
      'walk along the delegation, from the parent to the answers; says what is wrong and what to do',
    )
    .argument('[zone]', 'a zone (default: all zones of the configuration)', zoneArgument)
    .option('--config <file>', 'server configuration (default: understudy.yaml, if there is one)')
    .option(
      '--resolver <address[:port]>',
      "asked for what is not in the zone (default: the configuration's, else this host's)",
      collectServers,
    )
    .option(
      '--parent <address[:port]>',
      'a server of the parent zone; given again, each is asked (default: found by the resolver)',
      collectServers,
    )
    .option('--port <port>', 'of the name servers, for closed networks', portArgument, 53)
    .option('--json', 'one JSON document')
    .addHelpText('after', '\nExample:\n  understudy doctor lb.example.com')
    .action(async (zone: string | undefined, options: DoctorOptions) =>
      exit(await (await load.doctor()).doctor(zone, options)),
    )
}

function addImport(root: Command, exit: (code: number) => void): void {
  const about = Object.entries(SOURCE_NAMES).map(([name, about]) => `  ${name}: ${about}`)
  root
    .command('import')
    .description('the set-up of another system as zone files, with a report of all that is not as it was')
    .addArgument(new Argument('<source>', 'what the files are').choices(Object.keys(SOURCE_NAMES)))
    .argument('<file...>', 'its files')
    .option('--out <folder>', 'write the zone files there, never over one (default: print them)')
    .option('--zone <zone>', 'the zone of the names (default: the parent of each)', nameArgument)
    .addHelpText(
      'after',
      `\nSources:\n${about.join('\n')}\n\nExample:\n  understudy import script failover.sh --out zones/`,
    )
    .action(async (source: SourceName, files: string[], options: ImportOptions) =>
      exit(await (await load.import()).importZones(source, files, options)),
    )
}
