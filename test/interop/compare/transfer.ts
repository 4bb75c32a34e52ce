/** Asks for a whole zone (AXFR, RFC 5936): the names of a zone as another server understands them. */
import { once } from 'node:events'
import { connect } from 'node:net'
import type { DnsAddress } from '#test/server-process.ts'
import { decodeMessage, encodeQuery, type MessageRecord } from '#wire/message.ts'
import { name } from '#wire/name.ts'
import { RrType } from '#wire/types.ts'

const AXFR = 252

/** All records of the zone, the SOA at the end left out. */
export async function transfer({ address, port }: DnsAddress, zone: string): Promise<MessageRecord[]> {
  const socket = connect(port, address)
  const query = encodeQuery({ id: 1, name: name(zone.replace(/\.?$/, '.')), type: AXFR })
  await once(socket, 'connect')
  socket.write(Buffer.concat([Uint8Array.of(query.length >> 8, query.length & 255), query]))
  const records: MessageRecord[] = []
  let waiting = Buffer.alloc(0)
  for await (const bytes of socket) {
    waiting = Buffer.concat([waiting, bytes as Buffer])
    while (waiting.length >= 2 && waiting.length >= 2 + waiting.readUInt16BE(0)) {
      const end = 2 + waiting.readUInt16BE(0)
      records.push(...(decodeMessage(waiting.subarray(2, end))?.answer ?? []))
      waiting = waiting.subarray(end)
    }
    if (records.length > 1 && records.at(-1)?.type === RrType.SOA) return records.slice(0, -1)
  }
  throw new Error(`the transfer of ${zone} ended before its time`)
}
