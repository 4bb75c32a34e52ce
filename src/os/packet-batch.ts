/**
 * Datagrams in batches: one system call receives up to 64 packets, one sends the answers, and each answer is made in the buffer
 * in which its query came.
 *
 *   buffers    64 x 2048 bytes; a query at the start of its own, later its answer
 *   names      64 x 32 bytes; the client's socket address
 *   controls   64 x 64 bytes; IP_PKTINFO or IPV6_PKTINFO of the query, sent back with the answer as its source; none from a
 *              socket that is bound to one address
 *   iovecs     128 x 16 bytes: { base, length }; the first 64 receive (length is always 2048), the others send
 *   receiving  64 x struct mmsghdr (64 bytes), element i with buffer, name and control i, for good
 *   sending    64 x struct mmsghdr, element k with those of the k-th packet that has an answer
 *
 *   struct mmsghdr, in 32-bit words:
 *     0-1 name   2 name length   4-5 iov   6-7 iov count   8-9 control   10-11 control length   12 flags   14 received length
 *
 * The vectors are written once. For each packet only lengths are touched, through a Uint32Array laid over them.
 */
import type { Libc } from './libc.ts'
import { AF_INET6, IPV4_ADDRESS_AT, IPV6_ADDRESS_AT, readPort } from './sockaddr.ts'

export const BATCH_PACKETS = 64
export const BUFFER_BYTES = 2048

const NAME_BYTES = 32
const CONTROL_BYTES = 64
const HEADER_WORDS = 16
const MSG_TRUNC = 0x20
const MSG_WAITFORONE = 0x10000
const MSG_DONTWAIT = 0x40
const EINTR = 4
const EAGAIN = 11

export class PacketBatch {
  /** All buffers: packet `i` begins at `i * BUFFER_BYTES`. */
  readonly buffers = new Uint8Array(BATCH_PACKETS * BUFFER_BYTES)

  /** The clients' socket addresses. */
  readonly names = new Uint8Array(BATCH_PACKETS * NAME_BYTES)

  readonly #libc: Libc
  readonly #controls = new Uint8Array(BATCH_PACKETS * CONTROL_BYTES)
  readonly #controlWords = new Uint32Array(this.#controls.buffer)
  readonly #iovecs = new Uint32Array(2 * BATCH_PACKETS * 4)
  readonly #receiving = new Uint32Array(BATCH_PACKETS * HEADER_WORDS)
  readonly #sending = new Uint32Array(BATCH_PACKETS * HEADER_WORDS)
  readonly #receivingAddress: bigint
  readonly #sendingAddress: bigint
  /** Which packet the k-th element of `sending` points at. */
  readonly #packetOf = new Uint8Array(BATCH_PACKETS)
  #queued = 0
  /** How many elements of `receiving` the last call has written to. */
  #used = BATCH_PACKETS
  #iovecsAddress = 0n

  constructor(libc: Libc) {
    this.#libc = libc
    this.#receivingAddress = addressOf(libc, this.#receiving)
    this.#sendingAddress = addressOf(libc, this.#sending)
    this.#writeVectors()
  }

  /**
   * Takes the packets that have come to the socket; with `wait` it waits for the first, until the socket's receive time-out. Gives how
   * many came, or −1 for an error that `libc.errno()` names. Forgets answers that were queued and not sent.
   */
  receive(fd: number, wait: boolean): number {
    this.#queued = 0
    const headers = this.#receiving
    for (let i = 0, at = 0; i < this.#used; i++, at += HEADER_WORDS) {
      headers[at + 2] = NAME_BYTES
      headers[at + 10] = CONTROL_BYTES
    }
    const flags = wait ? MSG_WAITFORONE : MSG_DONTWAIT
    const count = this.#libc.recvmmsg(fd, this.#receivingAddress, BATCH_PACKETS, flags, null)
    if (count >= 0) {
      this.#used = count
      return count
    }
    this.#used = 0
    const errno = this.#libc.errno()
    return errno === EAGAIN || errno === EINTR ? 0 : -1
  }

  /** Length of packet `i`, or 0 if it did not fit into its buffer. */
  lengthOf(i: number): number {
    const at = i * HEADER_WORDS
    return (this.#receiving[at + 12]! & MSG_TRUNC) === 0 ? this.#receiving[at + 14]! : 0
  }

  /** Where in `names` the address stands that packet `i` came from. */
  addressAt(i: number): number {
    return i * NAME_BYTES + (this.#isIpv6(i) ? IPV6_ADDRESS_AT : IPV4_ADDRESS_AT)
  }

  /** Bytes of that address, 4 or 16. */
  addressLength(i: number): number {
    return this.#isIpv6(i) ? 16 : 4
  }

  /** The port that packet `i` came from. */
  sourcePort(i: number): number {
    return readPort(this.names, i * NAME_BYTES)
  }

  #isIpv6(i: number): boolean {
    return this.names[i * NAME_BYTES] === AF_INET6
  }

  /** The first `length` bytes of buffer `i` go to whom packet `i` came from. Packets in rising order, each at most once. */
  queue(i: number, length: number): void {
    const k = this.#queued++
    if (this.#packetOf[k] !== i) this.#pointAt(k, i)
    const at = k * HEADER_WORDS
    this.#iovecs[(BATCH_PACKETS + i) * 4 + 2] = length
    this.#sending[at + 2] = this.#receiving[i * HEADER_WORDS + 2]!
    const controlLength = this.#receiving[i * HEADER_WORDS + 10]!
    this.#sending[at + 10] = controlLength
    // Which interface the answer leaves by is the routing's decision, except where a link-local address needs it.
    if (controlLength !== 0) this.#forgetInterface(i)
  }

  /** Sends what is queued; gives how many packets the system refused. */
  send(fd: number): number {
    let refused = 0
    let from = 0
    while (from < this.#queued) {
      const vector =
        from === 0 ? this.#sendingAddress : this.#sendingAddress + BigInt(from * HEADER_WORDS * 4)
      const sent = this.#libc.sendmmsg(fd, vector, this.#queued - from, 0)
      if (sent > 0) {
        from += sent
        continue
      }
      const errno = this.#libc.errno()
      if (errno === EINTR) continue
      // An interface that takes nothing for so long will not take the rest either, and new queries wait.
      const lost = errno === EAGAIN ? this.#queued - from : 1
      refused += lost
      from += lost
    }
    this.#queued = 0
    return refused
  }

  /**
   *   struct cmsghdr { length u64, level i32, type i32 } then
   *   in_pktinfo { interface i32, local address 4 bytes, destination 4 bytes } or in6_pktinfo { address 16 bytes, interface i32 }
   */
  #forgetInterface(i: number): void {
    const at = (i * CONTROL_BYTES) >> 2
    if (this.#controlWords[at + 2] === 0) this.#controlWords[at + 4] = 0
    else if ((this.#controlWords[at + 4]! & 0xc0ff) !== 0x80fe) this.#controlWords[at + 8] = 0
  }

  #pointAt(k: number, i: number): void {
    const at = k * HEADER_WORDS
    const from = i * HEADER_WORDS
    this.#sending[at] = this.#receiving[from]!
    this.#sending[at + 1] = this.#receiving[from + 1]!
    this.#sending[at + 8] = this.#receiving[from + 8]!
    this.#sending[at + 9] = this.#receiving[from + 9]!
    this.#writePointer(this.#sending, at + 4, this.#iovecsAddress + BigInt((BATCH_PACKETS + i) * 16))
    this.#packetOf[k] = i
  }

  #writeVectors(): void {
    const buffers = addressOf(this.#libc, this.buffers)
    const names = addressOf(this.#libc, this.names)
    const controls = addressOf(this.#libc, this.#controls)
    this.#iovecsAddress = addressOf(this.#libc, this.#iovecs)
    for (let i = 0; i < BATCH_PACKETS; i++) {
      const at = i * HEADER_WORDS
      for (const half of [0, BATCH_PACKETS]) {
        this.#writePointer(this.#iovecs, (half + i) * 4, buffers + BigInt(i * BUFFER_BYTES))
        this.#iovecs[(half + i) * 4 + 2] = BUFFER_BYTES
      }
      this.#writePointer(this.#receiving, at, names + BigInt(i * NAME_BYTES))
      this.#writePointer(this.#receiving, at + 4, this.#iovecsAddress + BigInt(i * 16))
      this.#receiving[at + 6] = 1
      this.#writePointer(this.#receiving, at + 8, controls + BigInt(i * CONTROL_BYTES))
      this.#sending[at + 6] = 1
      this.#pointAt(i, i)
    }
  }

  #writePointer(words: Uint32Array, at: number, pointer: bigint): void {
    words[at] = Number(pointer & 0xffffffffn)
    words[at + 1] = Number(pointer >> 32n)
  }
}

function addressOf(libc: Libc, view: Uint8Array | Uint32Array): bigint {
  return libc.addressOf(new Uint8Array(view.buffer, view.byteOffset, view.byteLength))
}
