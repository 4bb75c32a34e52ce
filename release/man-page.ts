/** The man page, made of what `--help` says. */
import type { Command } from 'commander'

/** For man(7); all text comes from the commands themselves, but for what no help tells. */
export function manPage(root: Command, version: string): string {
  return [
    `.TH ${quoted(root.name().toUpperCase())} 1 "" ${quoted(`${root.name()} ${version}`)} "User commands"`,
    '.SH NAME',
    `${text(root.name())} \\- ${text(root.description().replace(/\.$/, ''))}`,
    '.SH SYNOPSIS',
    `.B ${text(root.name())}`,
    '.I command',
    '[arguments] [options]',
    '.SH DESCRIPTION',
    'Answers DNS queries for the zones that it reads, probes the endpoints behind their managed names, and answers with those that are up.',
    'Commands other than',
    '.BR serve ", " check ", " doctor " and " demo',
    'ask a running server.',
    '.SH COMMANDS',
    ...commandsOf(root).flatMap(command => commandLines(command, root)),
    ...REST,
    '',
  ].join('\n')
}

/** Those that do something: `alert test`, not `alert`. */
function commandsOf(parent: Command): Command[] {
  const commands = parent.createHelp().visibleCommands(parent)
  return commands
    .filter(command => command.name() !== 'help')
    .flatMap(command => (command.commands.length === 0 ? [command] : commandsOf(command)))
}

function nameOf(command: Command, root: Command): string {
  const { parent } = command
  return parent === null || parent === root ? command.name() : `${nameOf(parent, root)} ${command.name()}`
}

function commandLines(command: Command, root: Command): string[] {
  const help = command.createHelp()
  const options = help.visibleOptions(command).filter(option => option.long !== '--help')
  return [
    `.SS ${quoted(`${nameOf(command, root)} ${command.usage().replace('[options] ', '').replace('[options]', '')}`.trim())}`,
    `${text(sentence(help.commandDescription(command)))}`,
    ...command.registeredArguments.flatMap(argument => [
      '.TP',
      `.I ${text(argument.name())}`,
      text(help.argumentDescription(argument)),
    ]),
    ...options.flatMap(option => ['.TP', `.B ${text(option.flags)}`, text(help.optionDescription(option))]),
  ]
}

const REST = [
  '.SH FILES',
  '.TP',
  '.I understudy.yaml',
  'The configuration of the server, where there is one in the working folder.',
  '.TP',
  '.I zones/*.yaml',
  'Zones with managed names.',
  '.TP',
  '.I zones/*.zone',
  'Plain master files (RFC 1035).',
  '.TP',
  '.I state/understudy.db',
  'Verdicts, selections, overrides and history: an SQLite database.',
  '.SH ENVIRONMENT',
  '.TP',
  '.B UNDERSTUDY_TOKEN',
  'The token for the admin listener, where it wants one.',
  '.SH SIGNALS',
  '.TP',
  '.B SIGHUP',
  'The server reads its configuration again; a mistake changes nothing.',
  '.TP',
  '.BR SIGTERM ", " SIGINT',
  'The server stores what it knows, and ends.',
  '.SH EXIT STATUS',
  '0: done. 1: what was asked about is wrong, or has failed. 2: the command line is wrong.',
  '.SH SEE ALSO',
  '.BR dig (1),',
  '.BR systemd.service (5),',
  'and the folder',
  '.I docs',
  'of the package.',
]

function sentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}${words.endsWith('.') ? '' : '.'}`
}

/** Running text: what roff would take for its own is escaped (groff_char(7)). */
function text(words: string): string {
  return words
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^(?=[.'])/, '\\&')
}

function quoted(words: string): string {
  return `"${text(words).replaceAll('"', '\\(dq')}"`
}
