/** DNS as a client: one question by UDP, its answer checked. */
import { createSocket, type Socket } from 'node:dgram'
import { DnsQuery, type DnsQuestion, type DnsReply, failed } from './dns-query.ts'

export type { DnsQuestion, DnsReply } from './dns-query.ts'

/** Asks once. What has another ID, another question, or is no response is not the answer (RFC 5452 §9.1), and waiting goes on. Never throws. */
export async function askUdp(question: DnsQuestion): Promise<DnsReply> {
  const { server, timeoutMs } = question
  const query = DnsQuery.compose(question)
  if (query === undefined) return { kind: 'failed', code: 'BADNAME' }
  const socket = createSocket(server.address.family === 'ipv6' ? 'udp6' : 'udp4')
  const { promise, resolve } = Promise.withResolvers<DnsReply>()
  const fail = (error: unknown): void => resolve(failed(error))
  const timer = setTimeout(() => resolve({ kind: 'timeout' }), timeoutMs)
  socket.on('error', fail)
  socket.on('message', message => {
    const reply = query.answeredBy(message)
    if (reply !== undefined) resolve(reply)
  })
  socket.once('connect', () => socket.send(query.bytes, error => error !== null && fail(error)))
  try {
    connect(socket, question, fail)
    return await promise
  } catch (error) {
    return failed(error)
  } finally {
    clearTimeout(timer)
    socket.close()
  }
}

/** Connected, the socket takes packets from that server only, and hears of a closed port. */
function connect(
  socket: Socket,
  { server, sourceAddress }: DnsQuestion,
  fail: (error: unknown) => void,
): void {
  const connectNow = (): void => socket.connect(server.port, server.address.text)
  if (sourceAddress === undefined) {
    connectNow()
    return
  }
  socket.bind({ address: sourceAddress }, () => {
    try {
      connectNow()
    } catch (error) {
      fail(error)
    }
  })
}
