/** DNS as a client: one question by UDP, its answer checked. dns2 composes and reads the messages; the socket is ours. */
import { randomInt } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { Packet } from 'dns2'
import type { SocketAddr } from '#base/address.ts'

export interface DnsQuestion {
  readonly server: SocketAddr
  /** Without escapes: labels that hold dots cannot be asked for. */
  readonly name: string
  readonly type: number
  /** From sending the query to receiving the answer. */
  readonly timeoutMs: number
}

export type DnsReply =
  | { readonly kind: 'answer'; readonly bytes: Uint8Array; readonly packet: Packet }
  /** Nothing came in time that answers this question. */
  | { readonly kind: 'timeout' }
  /** The system's word: `ECONNREFUSED`, `ENETUNREACH`, …; `BADNAME` for a name that no message can hold. */
  | { readonly kind: 'failed'; readonly code: string }

/** Asks once. What has another ID, another question, or is no response is not the answer (RFC 5452 §9.1), and waiting goes on. Never throws. */
export async function askUdp({ server, name, type, timeoutMs }: DnsQuestion): Promise<DnsReply> {
  const query = composeQuery(name, type)
  const bytes = encode(query)
  if (bytes === undefined) return { kind: 'failed', code: 'BADNAME' }
  const socket = createSocket(server.address.family === 'ipv6' ? 'udp6' : 'udp4')
  const { promise, resolve } = Promise.withResolvers<DnsReply>()
  const failed = (error: unknown): void => resolve({ kind: 'failed', code: codeOf(error) })
  const timer = setTimeout(() => resolve({ kind: 'timeout' }), timeoutMs)
  socket.on('error', failed)
  socket.on('message', message => {
    const packet = parseAnswer(message, query)
    if (packet !== undefined) resolve({ kind: 'answer', bytes: message, packet })
  })
  try {
    // Connected, it takes packets from that server only, and hears of a closed port.
    socket.connect(server.port, server.address.text)
    socket.once('connect', () => socket.send(bytes, error => error !== null && failed(error)))
    return await promise
  } catch (error) {
    return { kind: 'failed', code: codeOf(error) }
  } finally {
    clearTimeout(timer)
    socket.close()
  }
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return 'code' in error ? String(error.code) : error.message
}

function composeQuery(name: string, type: number): Packet {
  const query = new Packet()
  // From outside, the ID is all that tells a forged answer from the real one.
  query.header.id = randomInt(65_536)
  query.questions.push({
    name: name.replace(/\.$/, ''),
    type,
    class: Packet.CLASS.IN,
  } as Packet['questions'][number])
  return query
}

/** Undefined if a label or the name is too long. */
function encode(query: Packet): Uint8Array | undefined {
  try {
    return query.toBuffer()
  } catch {
    return undefined
  }
}

/** The message, if it answers the query. */
function parseAnswer(bytes: Buffer, query: Packet): Packet | undefined {
  const packet = parse(bytes)
  if (packet === undefined || packet.header.qr !== 1 || packet.header.id !== query.header.id) return undefined
  const [asked] = query.questions
  const [answered, ...more] = packet.questions
  if (asked === undefined || answered === undefined || more.length > 0) return undefined
  const same = answered.name.toLowerCase() === asked.name.toLowerCase()
  return same && answered.type === asked.type && answered.class === asked.class ? packet : undefined
}

function parse(bytes: Buffer): Packet | undefined {
  try {
    return Packet.parse(bytes)
  } catch {
    return undefined
  }
}
