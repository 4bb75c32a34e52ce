/** The `dns` health check: the endpoint is a name server that answers a question as expected. */
import { parseAddress } from '#base/address.ts'
import { formatDuration } from '#base/duration.ts'
import { askUdp } from '#client/dns-client.ts'
import type { DnsQuestion } from '#client/dns-query.ts'
import { askTcp, type DnsTcpReply } from '#client/dns-tcp.ts'
import { judgeAnswer } from './dns-answer.ts'
import { failureOf } from './failure.ts'
import { type Finding, fail, inconclusive } from './finding.ts'
import type { DnsSpec } from './spec.ts'

/** More than any answer to a health check; what the worst one of this length costs holds up no other probe. */
const MAX_ANSWER_BYTES = 8192

/** Asks once, and again by TCP where the answer came truncated. Never throws; ends with the time-out at the latest. */
export async function probeDns(spec: DnsSpec, address: string, timeoutMs: number): Promise<Finding> {
  const startedMs = performance.now()
  const server = parseAddress(address)
  if (server === undefined) return inconclusive('internal', `${address} is not an address`)
  const question: DnsQuestion = {
    server: { address: server, port: spec.port },
    name: spec.name,
    type: spec.queryType,
    timeoutMs,
    recursionDesired: true,
    sourceAddress: spec.sourceAddress,
    maxBytes: MAX_ANSWER_BYTES,
  }
  const ask = spec.transport === 'udp' ? askUdp : askTcp
  let finding = await judge(await ask(question), spec, address, timeoutMs)
  if (finding === 'truncated' && spec.transport === 'udp') {
    const leftMs = Math.max(0, timeoutMs - (performance.now() - startedMs))
    finding = await judge(await askTcp({ ...question, timeoutMs: leftMs }), spec, address, timeoutMs)
  }
  return finding === 'truncated' ? fail('protocol', 'the answer by TCP is truncated') : finding
}

async function judge(
  reply: DnsTcpReply,
  spec: DnsSpec,
  address: string,
  timeoutMs: number,
): Promise<Finding | 'truncated'> {
  switch (reply.kind) {
    case 'answer':
      return judgeAnswer(reply.bytes, spec)
    case 'timeout':
      return fail('timeout', `no answer within ${formatDuration(timeoutMs)}`)
    case 'closed':
      return fail('closed', 'connection closed without an answer')
    case 'failed':
      if (reply.code === 'BADNAME') return inconclusive('internal', `${spec.name} cannot be asked for`)
      if (reply.code === 'EMSGSIZE')
        return fail('protocol', `the answer is longer than ${MAX_ANSWER_BYTES} bytes`)
      return failureOf(systemError(reply.code), { address, sourceAddress: spec.sourceAddress })
    default:
      return reply satisfies never
  }
}

function systemError(code: string): Error {
  return Object.assign(new Error(code), { code })
}
