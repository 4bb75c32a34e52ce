/** What is answered: asked of the very responder that answers queries, over the table and the board in use. */
import { randomInt } from 'node:crypto'
import { Arrival } from '#answer/arrival.ts'
import { newCounters, Transport } from '#answer/counters.ts'
import { type Answering, Responder } from '#answer/respond.ts'
import { seededRandom } from '#base/random.ts'
import { decodeMessage, encodeQuery, type Message, type MessageRecord } from '#wire/message.ts'
import { nameToText } from '#wire/name.ts'
import { dataToText } from '#wire/record-data.ts'
import { classToText, rcodeToText, typeToText } from '#wire/types.ts'
import type { AnswerExplanation, Question } from './explanation.ts'

const MAX_MESSAGE_BYTES = 65_535
const UDP_SIZE = 1232
const EXTENDED_ERROR_OPTION = 15

export interface Asked {
  readonly message: Message
  readonly bytes: number
}

/** The response of now, as by TCP. Nothing is counted, limited or logged. Throws if the responder gives no response. */
export function askResponder(
  { table, board, policy }: Answering,
  { name, type }: Question,
  now: {
    readonly nowMs: number
    readonly wallMs: number
  },
): Asked {
  const random = seededRandom(randomInt(2 ** 32))
  const responder = new Responder(newCounters(), undefined, random)
  responder.use({ table, board, policy: { ...policy, rateLimit: undefined, queryLog: undefined } })
  const query = encodeQuery({ id: 0, name, type, edns: { udpSize: UDP_SIZE } })
  const bytes = new Uint8Array(MAX_MESSAGE_BYTES)
  bytes.set(query)
  const arrival = new Arrival(Transport.tcp)
  arrival.tick(now.nowMs, now.wallMs)
  const length = responder.respond(bytes, 0, query.length, arrival)
  const message = decodeMessage(bytes.slice(0, length))
  if (message === undefined) throw new Error('the responder gives no response')
  return { message, bytes: length }
}

export function answerExplanation({ message, bytes }: Asked): AnswerExplanation {
  const { rcode, answer, authority, additional, edns } = message
  const option = edns?.options.find(({ code }) => code === EXTENDED_ERROR_OPTION)?.data
  const flags = ['qr', ...(message.authoritative ? ['aa'] : []), ...(message.truncated ? ['tc'] : [])]
  return {
    rcode: rcodeToText(rcode),
    flags,
    answer: answer.map(recordToText),
    authority: authority.map(recordToText),
    additional: additional.map(recordToText),
    ...(option === undefined
      ? {}
      : {
          error: {
            code: ((option[0] ?? 0) << 8) | (option[1] ?? 0),
            text: Buffer.from(option.subarray(2)).toString(),
          },
        }),
    bytes,
  }
}

function recordToText({ owner, ttl, class: rrClass, type, data }: MessageRecord): string {
  return `${nameToText(owner)} ${ttl} ${classToText(rrClass)} ${typeToText(type)} ${dataToText(type, data)}`
}
