/** Asks a server as `dig` would, for the demonstration. */

import type { SocketAddr } from '#base/address.ts'
import { askUdp, type DnsReply } from '#client/dns-client.ts'
import { decodeMessage } from '#wire/message.ts'
import { messageToText } from '#wire/message-text.ts'
import { dataToText } from '#wire/record-data.ts'
import { RrType } from '#wire/types.ts'

const TIMEOUT_MS = 1000

export interface Seen {
  readonly answered: boolean
  /** The addresses of the answer; none where there is no answer. */
  readonly addresses: readonly string[]
  /** The whole answer, for people. */
  readonly text: string
}

/** The A records of the name. */
export async function askAddresses(server: SocketAddr, name: string): Promise<Seen> {
  const reply = await askUdp({ server, name, type: RrType.A, timeoutMs: TIMEOUT_MS })
  const message = reply.kind === 'answer' ? decodeMessage(reply.bytes) : undefined
  if (message === undefined) return { answered: false, addresses: [], text: `;; ${whyNot(reply)}` }
  const addresses = message.answer.flatMap(({ type, data }) =>
    type === RrType.A ? [dataToText(type, data)] : [],
  )
  return { answered: true, addresses, text: messageToText(message) }
}

function whyNot(reply: DnsReply): string {
  switch (reply.kind) {
    case 'answer':
      return 'the answer is no DNS message'
    case 'timeout':
      return `no answer within ${TIMEOUT_MS} ms`
    case 'failed':
      return `cannot ask: ${reply.code}`
    default:
      return reply satisfies never
  }
}
