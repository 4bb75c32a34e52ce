/** Sends queries of which some get no response, one way or the other, and finds out which. */
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import type { DnsAddress } from '#test/server-process.ts'
import { encodeQuery } from '#wire/message.ts'
import { ROOT } from '#wire/name.ts'
import { RrType } from '#wire/types.ts'

const BATCH = 40
/** IDs from here on are those of good queries: a server with one worker has done with all before when it answers one. */
const FIRST_GOOD = 60_000
/** What stays without a response is asked again: a packet may have been lost. */
const ATTEMPTS = 2
const AGAIN_MS = 1000

/** By UDP; undefined where no response came. The IDs of the queries are overwritten. Fewer than 60,000 queries. */
export async function exchangeOdd(
  { address, port }: DnsAddress,
  queries: readonly Uint8Array[],
): Promise<(Uint8Array | undefined)[]> {
  const socket = createSocket('udp4')
  const responses = new Map<number, Uint8Array>()
  socket.on('message', bytes => responses.set(bytes.readUInt16BE(0), Uint8Array.from(bytes)))
  socket.connect(port, address)
  await once(socket, 'connect')
  for (const [id, query] of queries.entries()) setId(query, id)
  let good = FIRST_GOOD
  try {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const missing = queries.filter((_, id) => !responses.has(id))
      for (let from = 0; from < missing.length; from += BATCH) {
        for (const query of missing.slice(from, from + BATCH)) socket.send(query)
        await untilAnswered(socket, good++, responses)
      }
    }
  } finally {
    socket.close()
  }
  return queries.map((_, id) => responses.get(id))
}

async function untilAnswered(
  socket: Socket,
  id: number,
  responses: ReadonlyMap<number, Uint8Array>,
): Promise<void> {
  const query = encodeQuery({ id, name: ROOT, type: RrType.SOA })
  while (!responses.has(id)) {
    socket.send(query)
    const limit = AbortSignal.timeout(AGAIN_MS)
    while (!responses.has(id) && !limit.aborted)
      await once(socket, 'message', { signal: limit }).catch(() => undefined)
  }
}

function setId(query: Uint8Array, id: number): void {
  new DataView(query.buffer, query.byteOffset).setUint16(0, id)
}
