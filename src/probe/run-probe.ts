/** One probe of whatever kind. */
import type { Outcome } from '#health/outcome.ts'
import { CommandTurns } from './command-turns.ts'
import { probeDns } from './dns-probe.ts'
import { probeExec } from './exec-probe.ts'
import { type Finding, fail, invert } from './finding.ts'
import { probeGrpc } from './grpc-probe.ts'
import { probeHttp } from './http-probe.ts'
import { probeIcmp } from './icmp-probe.ts'
import { KeptLinks } from './kept-links.ts'
import type { ProbeTarget } from './spec.ts'
import { probeTcp } from './tcp-probe.ts'
import { probeTls } from './tls-probe.ts'

const commandsOfThisThread = new CommandTurns()
/** Keeps none. */
const noLinks = new KeptLinks()

/**
 * Never throws; ends with the target's time-out at the latest.
 *
 * @param commands bounds the commands of `exec`, over all probes
 * @param kept connections from earlier probes
 */
export async function runProbe(
  target: ProbeTarget,
  userAgent: string,
  commands: CommandTurns = commandsOfThisThread,
  kept: KeptLinks = noLinks,
): Promise<Outcome> {
  const startedMs = performance.now()
  const finding = await find(target, userAgent, commands, kept)
  const latencyMs = performance.now() - startedMs
  const { inverted, latencyLimitMs = Number.POSITIVE_INFINITY } = target.spec
  const inTime = latencyMs > latencyLimitMs ? slow(finding, latencyMs, latencyLimitMs) : finding
  return { ...(inverted === true ? invert(inTime) : inTime), latencyMs }
}

/** Of what has passed, but too late. */
function slow(finding: Finding, latencyMs: number, limitMs: number): Finding {
  if (finding.kind !== 'pass') return finding
  return fail('slow', `${finding.detail}, after ${Math.round(latencyMs)} ms; the limit is ${limitMs} ms`)
}

function find(
  target: ProbeTarget,
  userAgent: string,
  commands: CommandTurns,
  kept: KeptLinks,
): Promise<Finding> {
  const { spec, address, timing } = target
  const { timeoutMs } = timing
  switch (spec.type) {
    case 'http':
    case 'https':
      return probeHttp(spec, target, { userAgent, kept })
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
    case 'tls':
      return probeTls(spec, target)
    default:
      return spec satisfies never
  }
}
