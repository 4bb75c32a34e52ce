/** Sends many queries to one server and gathers the responses, by their IDs. */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect } from 'node:net'
import type { DnsAddress } from '#test/server-process.ts'

export type Transport = 'udp' | 'tcp'

/** So many queries are under way together: by UDP what fits in a socket's buffer, by TCP what makes up for slow acknowledgements. */
const BATCH = { udp: 100, tcp: 1000 } as const
const ATTEMPTS = 5
const ATTEMPT_MS = 1000
const TCP_LIMIT_MS = 30_000

/** A response for each query, in their order. Rejects if one stays without. The IDs of the queries are overwritten. */
export function exchange(
  to: DnsAddress,
  transport: Transport,
  queries: readonly Uint8Array[],
): Promise<Uint8Array[]> {
  return transport === 'udp' ? exchangeUdp(to, queries) : exchangeTcp(to, queries)
}

async function exchangeUdp(
  { address, port }: DnsAddress,
  queries: readonly Uint8Array[],
): Promise<Uint8Array[]> {
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4')
  const gathered = new Gathered(queries, BATCH.udp)
  socket.on('message', bytes => gathered.take(bytes))
  socket.connect(port, address)
  await once(socket, 'connect')
  try {
    for (let from = 0; from < queries.length; from += BATCH.udp) {
      for (let attempt = 0; attempt < ATTEMPTS && gathered.missing(from).length > 0; attempt++) {
        for (const query of gathered.missing(from)) socket.send(query)
        await gathered.complete(from, ATTEMPT_MS)
      }
    }
  } finally {
    socket.close()
  }
  return gathered.all()
}

async function exchangeTcp(
  { address, port }: DnsAddress,
  queries: readonly Uint8Array[],
): Promise<Uint8Array[]> {
  const socket = connect(port, address)
  const gathered = new Gathered(queries, BATCH.tcp)
  let waiting = Buffer.alloc(0)
  socket.on('data', (bytes: Buffer) => {
    waiting = Buffer.concat([waiting, bytes])
    while (waiting.length >= 2 && waiting.length >= 2 + waiting.readUInt16BE(0)) {
      const end = 2 + waiting.readUInt16BE(0)
      gathered.take(waiting.subarray(2, end))
      waiting = waiting.subarray(end)
    }
  })
  await once(socket, 'connect')
  try {
    for (let from = 0; from < queries.length; from += BATCH.tcp) {
      socket.write(Buffer.concat(gathered.missing(from).flatMap(query => [lengthOf(query), query])))
      await gathered.complete(from, TCP_LIMIT_MS)
    }
  } finally {
    socket.destroy()
  }
  return gathered.all()
}

/** Each query gets the ID of its place, and the responses are put in their places. */
class Gathered {
  readonly #queries: readonly Uint8Array[]
  readonly #batch: number
  readonly #responses: (Uint8Array | undefined)[]
  #changed = (): void => undefined
  /** Of the batch under way: IDs come again after 65,536 queries. */
  #firstPlace = 0

  constructor(queries: readonly Uint8Array[], batch: number) {
    this.#queries = queries
    this.#batch = batch
    this.#responses = queries.map(() => undefined)
    for (const [id, query] of queries.entries())
      new DataView(query.buffer, query.byteOffset).setUint16(0, id & 0xffff)
  }

  take(bytes: Uint8Array): void {
    const id = ((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0)
    const place = this.#firstPlace + ((id - this.#firstPlace) & 0xffff)
    if (id >= this.#queries.length) throw new Error(`a response with the ID ${id}, which was not asked`)
    // What comes late was asked again, and has been answered.
    if (place >= this.#firstPlace + this.#batch) return
    this.#responses[place] = Uint8Array.from(bytes)
    this.#changed()
  }

  /** The queries of the batch without a response. */
  missing(from: number): Uint8Array[] {
    this.#firstPlace = from
    return this.#queries
      .slice(from, from + this.#batch)
      .filter((_, index) => this.#responses[from + index] === undefined)
  }

  /** Resolves when the batch is complete, or when the time is over. */
  complete(from: number, limitMs: number): Promise<void> {
    return new Promise(resolve => {
      const timer = setTimeout(resolve, limitMs)
      this.#changed = () => {
        if (this.missing(from).length > 0) return
        clearTimeout(timer)
        resolve()
      }
      this.#changed()
    })
  }

  all(): Uint8Array[] {
    return this.#responses.map((response, place) => {
      if (response === undefined) throw new Error(`no response to query ${place} of ${this.#queries.length}`)
      return response
    })
  }
}

function lengthOf(query: Uint8Array): Uint8Array {
  return Uint8Array.of(query.length >> 8, query.length & 255)
}
