/** A responder with zones of the test's own, and what it answers. */
import assert from 'node:assert/strict'
import { Arrival } from '#answer/arrival.ts'
import { BoardWriter, createBoard } from '#answer/board.ts'
import type { ManagedRRsets } from '#answer/catalog.ts'
import { compileTable } from '#answer/compile.ts'
import { type Counters, newCounters, readCounters, Transport } from '#answer/counters.ts'
import { type AnswerPolicy, PLAIN_POLICY } from '#answer/policy.ts'
import { queryLogMemory } from '#answer/query-log.ts'
import { Responder } from '#answer/respond.ts'
import { parseAddress } from '#base/address.ts'
import { seededRandom } from '#base/random.ts'
import {
  decodeMessage,
  encodeQuery,
  type Message,
  type MessageRecord,
  type QuerySpec,
} from '#wire/message.ts'
import { name, nameToText } from '#wire/name.ts'
import { dataToText } from '#wire/record-data.ts'
import { rcodeToText, typeFromText, typeToText } from '#wire/types.ts'
import { readMasterFile } from '#zone/master-file.ts'

/** Master files by origin, as in `{ 'example.': '@ SOA …' }`. */
export type ZoneTexts = Readonly<Record<string, string>>

export interface LabOptions {
  readonly policy?: Partial<AnswerPolicy>
  readonly failed?: readonly string[]
  readonly minimal?: boolean
  /** By the origin of their zone. */
  readonly managed?: Readonly<Record<string, readonly ManagedRRsets[]>>
  /** Bytes of the slots of the board. */
  readonly slots?: readonly number[]
  /** A board of reasons. */
  readonly why?: SharedArrayBuffer
  /** Of what each query picks. */
  readonly seed?: number
}

export interface Asking {
  readonly transport?: 'udp' | 'tcp'
  readonly client?: string
  readonly class?: number
  readonly edns?: QuerySpec['edns']
}

/** A TTL of 60, an SOA with minimum 5, and NS `ns`, for the head of a zone. */
export const HEAD = '$TTL 60\n@ SOA ns hostmaster 1 2 3 4 5\n@ NS ns\nns A 192.0.2.53\n'

export class Lab {
  readonly counters: Counters = newCounters()
  readonly queryLog = queryLogMemory()
  readonly responder: Responder
  readonly board: BoardWriter
  monotonicMs = 1_000_000
  wallMs = 1_700_000_000_000
  readonly #buffer = new Uint8Array(65_535)
  readonly #arrivals = { udp: new Arrival(Transport.udp), tcp: new Arrival(Transport.tcp) }

  constructor(
    zones: ZoneTexts,
    { policy = {}, failed = [], minimal = true, managed = {}, slots = [], why, seed = 1 }: LabOptions = {},
  ) {
    const board = createBoard(slots)
    this.board = new BoardWriter(board)
    this.responder = new Responder(this.counters, this.queryLog, seededRandom(seed))
    this.responder.use({
      table: compileTable(
        Object.entries(zones).map(([origin, text]) => ({
          zone: zoneOf(origin, text),
          managed: managed[origin] ?? [],
        })),
        failed.map(origin => ({ origin: name(origin) })),
        { seed: 1, minimal },
      ),
      board,
      policy: { ...PLAIN_POLICY, ...policy },
      why,
    })
  }

  get counts() {
    return readCounters([this.counters])
  }

  /** The response to any bytes; undefined for none. */
  send(
    query: Uint8Array,
    { transport = 'udp', client = '198.51.100.7' }: Asking = {},
  ): Uint8Array | undefined {
    const bytes = this.#buffer
    bytes.set(query)
    const arrival = this.#arrivals[transport]
    const address = parseAddress(client)?.bytes ?? new Uint8Array(0)
    arrival.tick(this.monotonicMs, this.wallMs)
    arrival.from(address, 0, address.length)
    const length = this.responder.respond(bytes, 0, query.length, arrival)
    return length === 0 ? undefined : bytes.slice(0, length)
  }

  /** The answer to `NAME TYPE`. Fails where there is none, or one that cannot be read. */
  ask(question: string, asking: Asking = {}): Message {
    const response = this.maybe(question, asking)
    assert.ok(response !== undefined, `no answer to ${question}`)
    return response
  }

  /** The same; undefined for a query that gets no answer. */
  maybe(question: string, asking: Asking = {}): Message | undefined {
    const [owner = '', type = ''] = question.split(' ')
    const { class: rrClass, edns } = asking
    const query = encodeQuery({
      id: 1,
      name: name(owner),
      type: typeFromText(type) ?? 0,
      ...(rrClass === undefined ? {} : { class: rrClass }),
      ...(edns === undefined ? {} : { edns }),
    })
    const response = this.send(query, asking)
    if (response === undefined) return undefined
    const message = decodeMessage(response)
    assert.ok(message !== undefined, `${question}: ${Buffer.from(response).toString('hex')}`)
    return message
  }

  /** `RCODE`, flags that are set, then each record of answer, authority and additional, as `an OWNER TYPE DATA`. */
  transcript(question: string, asking: Asking = {}): string[] {
    const message = this.ask(question, asking)
    const flags = `${message.authoritative ? ' aa' : ''}${message.truncated ? ' tc' : ''}`
    return [
      `${rcodeToText(message.rcode)}${flags}`,
      ...message.answer.map(record => `an ${lineOf(record)}`),
      ...message.authority.map(record => `au ${lineOf(record)}`),
      ...message.additional.map(record => `ad ${lineOf(record)}`),
    ]
  }
}

export function zoneOf(origin: string, text: string) {
  const { zone, complaints } = readMasterFile(Buffer.from(text), { file: origin, origin: name(origin) })
  assert.ok(zone !== undefined, JSON.stringify(complaints))
  return zone
}

function lineOf({ owner, type, data }: MessageRecord): string {
  return `${nameToText(owner)} ${typeToText(type)} ${dataToText(type, data)}`
}
