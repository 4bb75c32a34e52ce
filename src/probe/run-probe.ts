/** One probe of whatever kind. */
import type { Outcome } from '#health/outcome.ts'
import { CommandTurns } from './command-turns.ts'
import { probeDns } from './dns-probe.ts'
import { probeExec } from './exec-probe.ts'
import type { Finding } from './finding.ts'
import { probeGrpc } from './grpc-probe.ts'
import { probeHttp } from './http-probe.ts'
import { probeIcmp } from './icmp-probe.ts'
import type { ProbeTarget } from './spec.ts'
import { probeTcp } from './tcp-probe.ts'

const commandsOfThisThread = new CommandTurns()

/**
 * Never throws; ends with the target's time-out at the latest.
 *
 * @param commands bounds the commands of `exec`, over all probes
 */
export async function runProbe(
  target: ProbeTarget,
  userAgent: string,
  commands: CommandTurns = commandsOfThisThread,
): Promise<Outcome> {
  const startedMs = performance.now()
  const finding = await find(target, userAgent, commands)
  const seen = target.spec.inverted === true ? inverted(finding) : finding
  return { ...seen, latencyMs: performance.now() - startedMs }
}

/** A pass is a fail and a fail a pass; a fault of this host stays what it is. */
function inverted(finding: Finding): Finding {
  if (finding.kind === 'inconclusive') return finding
  const detail = `inverted: ${finding.detail}`
  return finding.kind === 'pass'
    ? { kind: 'fail', reason: 'inverted', detail }
    : { kind: 'pass', reason: 'ok', detail }
}

function find(
  { spec, address, timing }: ProbeTarget,
  userAgent: string,
  commands: CommandTurns,
): Promise<Finding> {
  const { timeoutMs } = timing
  switch (spec.type) {
    case 'http':
    case 'https':
      return probeHttp(spec, address, { timeoutMs, userAgent })
    case 'dns':
      return probeDns(spec, address, timeoutMs)
    case 'exec':
      return probeExec(spec, address, timeoutMs, commands)
    case 'grpc':
      return probeGrpc(spec, address, { timeoutMs, userAgent })
    case 'icmp':
      return probeIcmp(spec, address, timeoutMs)
    case 'tcp':
      return probeTcp(spec, address, timeoutMs)
    default:
      return spec satisfies never
  }
}
