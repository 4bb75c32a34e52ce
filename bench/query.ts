/** DNS queries for an A record, and what the answers say. */
import { createSocket } from 'node:dgram'
import { nameToBytes, name as parsedName } from '#wire/name.ts'

/** ID 0, no flags, one question. */
const HEADER = Uint8Array.of(0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0)
const TYPE_A_CLASS_IN = Uint8Array.of(0, 1, 0, 1)
/** A pointer to the name, then type, class, TTL and length. */
const RECORD_HEAD_BYTES = 12

/** The query for the A records of the name; its ID is 0. */
export function queryFor(name: string): Buffer {
  return Buffer.concat([HEADER, nameToBytes(parsedName(`${name}.`)), TYPE_A_CLASS_IN])
}

/** The address in an answer to that query, as text; undefined if it is not NOERROR with exactly one record. */
export function addressIn(answer: Buffer, query: Buffer): string | undefined {
  const rcode = (answer[3] ?? 15) & 15
  const at = query.length + RECORD_HEAD_BYTES
  if (rcode !== 0 || answer.length < at + 4 || answer.readUInt16BE(6) !== 1) return undefined
  return `${answer[at]}.${answer[at + 1]}.${answer[at + 2]}.${answer[at + 3]}`
}

/** Asks once; undefined for any other answer than one address, and for none in time. */
export async function ask(port: number, name: string): Promise<string | undefined> {
  const query = queryFor(name)
  const answer = await exchange(port, query)
  return answer === undefined ? undefined : addressIn(answer, query)
}

/** Sends one message by UDP; what comes back, or undefined if nothing does in time. */
export function exchange(port: number, query: Uint8Array, timeoutMs = 500): Promise<Buffer | undefined> {
  return new Promise(resolve => {
    const socket = createSocket('udp4')
    const finish = (answer: Buffer | undefined): void => {
      clearTimeout(timer)
      socket.close()
      resolve(answer)
    }
    const timer = setTimeout(() => finish(undefined), timeoutMs)
    socket.once('error', () => finish(undefined))
    socket.once('message', finish)
    socket.send(query, port, '127.0.0.1')
  })
}

/** Waits until the server answers with the address. Throws if it does not in time. */
export async function untilAnswered(
  port: number,
  name: string,
  address: string,
  limitMs = 15_000,
): Promise<void> {
  const endMs = performance.now() + limitMs
  let last: string | undefined
  while (performance.now() < endMs) {
    last = await ask(port, name)
    if (last === address) return
    await new Promise(resolve => setTimeout(resolve, 50))
  }
  throw new Error(`${name} is ${last ?? 'not answered'} and not ${address} after ${limitMs} ms`)
}
