/** A name server on UDP and TCP of one port that answers each query with whatever a test says. */
import { createSocket, type Socket as UdpSocket } from 'node:dgram'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { RawServer } from './raw-server.ts'

/** What is sent back for a query, each a message. */
export type Answers = (query: Buffer, transport: 'udp' | 'tcp') => readonly Uint8Array[]

export class DnsResponder implements AsyncDisposable {
  readonly #tcp: RawServer
  readonly #udp: UdpSocket
  readonly port: number

  private constructor(tcp: RawServer, udp: UdpSocket) {
    this.#tcp = tcp
    this.#udp = udp
    this.port = tcp.port
  }

  static async start(answers: Answers, address = '127.0.0.1'): Promise<DnsResponder> {
    const tcp = await RawServer.start(socket => answerStream(socket, answers), { address })
    const udp = createSocket(address.includes(':') ? 'udp6' : 'udp4')
    udp.on('message', (query, from) => {
      for (const answer of answers(query, 'udp')) udp.send(answer, from.port, from.address)
    })
    udp.bind(tcp.port, address)
    await once(udp, 'listening')
    return new DnsResponder(tcp, udp)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#udp.close()
    await this.#tcp[Symbol.asyncDispose]()
  }
}

/** Queries of tests are short: each comes in one piece. */
function answerStream(socket: Socket, answers: Answers): void {
  socket.on('data', (piece: Buffer) => {
    for (const answer of answers(piece.subarray(2), 'tcp')) socket.write(framed(answer))
  })
}

export function framed(message: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([message.length >> 8, message.length & 255]), message])
}
