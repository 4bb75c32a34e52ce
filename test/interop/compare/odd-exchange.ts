/** Sends queries some of which get no response: what stays out when a good query behind them has been answered stays out for good. */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import type { DnsAddress } from '#test/server-process.ts'
import { encodeQuery } from '#wire/message.ts'
import { name } from '#wire/name.ts'
import { RrType } from '#wire/types.ts'

/** So many fit in a socket's buffer. */
const BATCH = 40
const LIMIT_MS = 10_000
const FIRST_GOOD_ID = 60_000

/**
 * What comes back for each by UDP, undefined for silence. The server must answer in the order of arrival, and must be able to answer the SOA
 * of the root with any code. Rejects if it does not answer that within 10 s. At most 60,000 queries.
 */
export async function exchangeOdd(
  { address, port }: DnsAddress,
  queries: readonly Uint8Array[],
): Promise<(Uint8Array | undefined)[]> {
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4')
  const responses = new Map<number, Uint8Array>()
  let isAnswered: (id: number) => void = () => undefined
  socket.on('message', bytes => {
    const id = bytes.readUInt16BE(0)
    responses.set(id, Uint8Array.from(bytes))
    isAnswered(id)
  })
  socket.connect(port, address)
  await once(socket, 'connect')
  try {
    for (let from = 0; from < queries.length; from += BATCH) {
      const goodId = FIRST_GOOD_ID + from / BATCH
      const answered = new Promise<void>((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error('no response to a good query')), LIMIT_MS)
        isAnswered = id => {
          if (id !== goodId) return
          clearTimeout(timer)
          resolve()
        }
      })
      for (const [index, query] of queries.slice(from, from + BATCH).entries()) {
        const bytes = Buffer.from(query)
        bytes.writeUInt16BE(from + index, 0)
        socket.send(bytes)
      }
      socket.send(encodeQuery({ id: goodId, name: name('.'), type: RrType.SOA }))
      await answered
    }
  } finally {
    socket.close()
  }
  return queries.map((_, id) => responses.get(id))
}
