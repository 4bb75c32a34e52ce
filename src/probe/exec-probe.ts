/** The `exec` health check: a command of the operator's says how the endpoint is. */
import { isIPv6 } from 'node:net'
import { formatDuration } from '#base/duration.ts'
import { type CommandEnd, runCommand } from './command.ts'
import type { CommandTurns } from './command-turns.ts'
import { Deadline } from './deadline.ts'
import { type Finding, fail, inconclusive, pass } from './finding.ts'
import type { ExecSpec } from './spec.ts'

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
/** Characters of the output that are shown, its last ones. */
const SHOWN = 150

/**
 * Runs the command once it is its turn; exit 0 passes. Never throws; ends with the time-out at the latest, and the command and its
 * children end with it.
 */
export async function probeExec(
  spec: ExecSpec,
  address: string,
  timeoutMs: number,
  turns: CommandTurns,
): Promise<Finding> {
  const startedMs = performance.now()
  using deadline = new Deadline(timeoutMs)
  using turn = await turns.take(call => deadline.onExpired(call))
  if (turn === undefined)
    return inconclusive('busy', `too many commands: no turn within ${formatDuration(timeoutMs)}`)
  const waitedMs = performance.now() - startedMs
  const command = { argv: spec.command, environment: environmentOf(spec, address) }
  const end = await runCommand(command, turn, deadline)
  // What it lacked is the time for which others ran.
  if (end.kind === 'timeout' && waitedMs > timeoutMs / 4)
    return inconclusive(
      'busy',
      `too many commands: it waited ${formatDuration(Math.round(waitedMs))} for its turn`,
    )
  return judge(end, spec, timeoutMs)
}

function environmentOf({ environment, inherit, port }: ExecSpec, address: string): Record<string, string> {
  const inherited = inherit.flatMap(name => {
    const value = process.env[name]
    return value === undefined ? [] : [[name, value] as const]
  })
  return {
    PATH,
    ...Object.fromEntries(inherited),
    ...environment,
    UNDERSTUDY_ADDRESS: address,
    UNDERSTUDY_FAMILY: isIPv6(address) ? 'ipv6' : 'ipv4',
    ...(port === undefined ? {} : { UNDERSTUDY_PORT: String(port) }),
  }
}

function judge(end: CommandEnd, { command }: ExecSpec, timeoutMs: number): Finding {
  switch (end.kind) {
    case 'exit':
      return end.code === 0
        ? pass(`exit 0${shown(end.output)}`)
        : fail('exit', `exit ${end.code}${shown(end.output)}`)
    case 'signal':
      return fail('signal', `ended by ${end.signal}${shown(end.output)}`)
    case 'timeout':
      return fail('timeout', `no end within ${formatDuration(timeoutMs)}${shown(end.output)}`)
    case 'not-started':
      return inconclusive('not-started', `${command[0]} cannot be run: ${WHY[end.code] ?? end.code}`)
    default:
      return end satisfies never
  }
}

const WHY: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such program',
  EACCES: 'it is not executable for this user',
  EMFILE: 'this process has no file descriptors left',
  ENFILE: 'this host has no file descriptors left',
  EAGAIN: 'this host has no processes left',
  ENOMEM: 'this host has no memory left',
}

function shown(output: string): string {
  const words = output.replace(/\s+/g, ' ').trim()
  if (words === '') return ''
  return words.length <= SHOWN ? `: ${words}` : `: …${words.slice(-SHOWN).toWellFormed()}`
}
