/** DNS as a client: one question by TCP (RFC 7766), its answer checked. */
import { connect } from 'node:net'
import { DnsQuery, type DnsQuestion, type DnsReply, failed } from './dns-query.ts'

/** Length of a message, in network order, before each (RFC 1035 §4.2.2). */
const LENGTH_BYTES = 2

/** `closed`: the server closed the connection before its answer was complete. */
export type DnsTcpReply = DnsReply | { readonly kind: 'closed' }

/**
 * Asks once, over a connection of its own. A message that does not answer this question is passed over, as by UDP; at most so much is
 * read as one message can hold, twice. Never throws.
 */
export async function askTcp(question: DnsQuestion): Promise<DnsTcpReply> {
  const { server, timeoutMs, sourceAddress } = question
  const query = DnsQuery.compose(question)
  if (query === undefined) return { kind: 'failed', code: 'BADNAME' }
  const { promise, resolve } = Promise.withResolvers<DnsTcpReply>()
  const timer = setTimeout(() => resolve({ kind: 'timeout' }), timeoutMs)
  const localAddress = sourceAddress === undefined ? {} : { localAddress: sourceAddress }
  const messages = new MessageStream()
  try {
    const socket = connect({ host: server.address.text, port: server.port, ...localAddress })
    using _end = { [Symbol.dispose]: () => socket.destroy() }
    socket.setNoDelay(true)
    socket.on('error', error => resolve(failed(error)))
    socket.on('end', () => resolve({ kind: 'closed' }))
    socket.on('data', (piece: Buffer) => {
      for (const message of messages.take(piece)) {
        const reply = query.answeredBy(message)
        if (reply !== undefined) resolve(reply)
      }
      if (messages.exceeded) resolve({ kind: 'closed' })
    })
    socket.once('connect', () => socket.write(framed(query.bytes)))
    return await promise
  } catch (error) {
    return failed(error)
  } finally {
    clearTimeout(timer)
  }
}

function framed(message: Uint8Array): Buffer {
  const length = Buffer.alloc(LENGTH_BYTES)
  length.writeUInt16BE(message.length)
  return Buffer.concat([length, message])
}

/** Cuts what arrives in pieces into messages. */
class MessageStream {
  static readonly #maxBytes = 2 * (LENGTH_BYTES + 65_535)
  #pieces: Buffer[] = []
  #held = 0
  #taken = 0

  /** Whether more has come than anybody needs who answers one question. */
  get exceeded(): boolean {
    return this.#taken > MessageStream.#maxBytes
  }

  /** The messages that are complete with this piece. */
  take(piece: Buffer): Buffer[] {
    this.#pieces.push(piece)
    this.#held += piece.length
    this.#taken += piece.length
    const messages: Buffer[] = []
    for (let wanted = this.#wanted(); this.#held >= wanted; wanted = this.#wanted()) {
      const all = this.#joined()
      messages.push(all.subarray(LENGTH_BYTES, wanted))
      this.#pieces = [all.subarray(wanted)]
      this.#held -= wanted
    }
    return messages
  }

  /** How many bytes the first message needs, with its length; infinitely many while that is not known. */
  #wanted(): number {
    if (this.#held < LENGTH_BYTES) return Number.POSITIVE_INFINITY
    const first = (this.#pieces[0]?.length ?? 0) < LENGTH_BYTES ? this.#joined() : this.#pieces[0]
    return LENGTH_BYTES + (first?.readUInt16BE(0) ?? 0)
  }

  /** All pieces as one. A piece of many messages is not copied for each of them. */
  #joined(): Buffer {
    const [first] = this.#pieces
    const joined = first !== undefined && this.#pieces.length === 1 ? first : Buffer.concat(this.#pieces)
    this.#pieces = [joined]
    return joined
  }
}
