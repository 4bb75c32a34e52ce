import assert from 'node:assert/strict'
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { describe, it } from 'node:test'
import { parseSocketAddr, type SocketAddr } from '#base/address.ts'
import { type Libc, loadLibc } from '#os/libc.ts'
import { BATCH_PACKETS, BUFFER_BYTES, PacketBatch } from '#os/packet-batch.ts'
import { ReadableSet } from '#os/readable-set.ts'
import { readPort, writeSockaddr } from '#os/sockaddr.ts'
import { droppedPackets, openUdpSocket, type UdpSocket } from '#os/udp-socket.ts'

const loaded = loadLibc()
const POLL_MS = 1000
const LIMIT_MS = 5000
/** More than a socket is ever given room for. */
const FLOOD = 300
const FLOOD_BYTES = 60_000

function socketAddr(text: string): SocketAddr {
  const parsed = parseSocketAddr(text)
  if (parsed === undefined) throw new Error(`${text} is no socket address`)
  return parsed
}

interface Pair extends Disposable {
  readonly libc: Libc
  readonly socket: UdpSocket
  readonly client: Socket
  readonly batch: PacketBatch
}

function pair(address = '127.0.0.1:0'): Pair {
  if ('unavailable' in loaded) throw new Error(loaded.unavailable)
  const { libc } = loaded
  const socket = openUdpSocket(libc, socketAddr(address), false)
  const client = createSocket('udp4')
  return {
    libc,
    socket,
    client,
    batch: new PacketBatch(libc),
    [Symbol.dispose]: () => {
      client.close()
      libc.close(socket.fd)
    },
  }
}

function send({ client, socket }: Pair, bytes: Uint8Array, host = '127.0.0.1'): Promise<void> {
  return new Promise((resolve, reject) => {
    client.send(bytes, socket.bound.port, host, error => (error ? reject(error) : resolve()))
  })
}

async function nextMessage(client: Socket): Promise<{ bytes: number[]; from: string }> {
  const [bytes, from] = await once(client, 'message', { signal: AbortSignal.timeout(LIMIT_MS) })
  return { bytes: [...bytes], from: from.address }
}

function packet(batch: PacketBatch, i: number): number[] {
  return [...batch.buffers.subarray(i * BUFFER_BYTES, i * BUFFER_BYTES + batch.lengthOf(i))]
}

describe('sockets and batches', { skip: 'unavailable' in loaded }, () => {
  it('receive what was sent, and send what is queued to whom it came from', async () => {
    using all = pair()
    const { batch, client, socket } = all
    for (const byte of [1, 2, 3]) await send(all, Uint8Array.of(byte, byte))
    assert.equal(batch.receive(socket.fd, true), 3)
    assert.deepEqual(
      [packet(batch, 0), packet(batch, 1), packet(batch, 2)],
      [
        [1, 1],
        [2, 2],
        [3, 3],
      ],
    )
    assert.equal(batch.sourcePort(2), client.address().port)
    batch.buffers[BUFFER_BYTES + 2] = 9
    batch.queue(1, 3)
    const answer = nextMessage(client)
    assert.equal(batch.send(socket.fd), 0)
    assert.deepEqual(await answer, { bytes: [2, 2, 9], from: '127.0.0.1' })
  })

  it('give nothing when nothing has come, with and without waiting', () => {
    using all = pair()
    assert.equal(all.batch.receive(all.socket.fd, false), 0)
    assert.equal(all.batch.receive(all.socket.fd, true), 0)
  })

  it('take no more than a batch at once', async () => {
    using all = pair()
    for (let i = 0; i < BATCH_PACKETS + 5; i++) await send(all, Uint8Array.of(i))
    assert.equal(all.batch.receive(all.socket.fd, true), BATCH_PACKETS)
    assert.equal(all.batch.receive(all.socket.fd, true), 5)
    assert.deepEqual(packet(all.batch, 4), [BATCH_PACKETS + 4])
  })

  it('give a length of 0 to what does not fit', async () => {
    using all = pair()
    for (const length of [BUFFER_BYTES, BUFFER_BYTES + 1, 0]) await send(all, new Uint8Array(length))
    assert.equal(all.batch.receive(all.socket.fd, true), 3)
    assert.deepEqual(
      [0, 1, 2].map(i => all.batch.lengthOf(i)),
      [BUFFER_BYTES, 0, 0],
    )
  })

  it('answer from the address that was asked, also after packets of a socket with one address', async () => {
    using wildcard = pair('0.0.0.0:0')
    using single = pair()
    await send(single, Uint8Array.of(1))
    assert.equal(wildcard.batch.receive(single.socket.fd, true), 1)
    for (const host of ['127.0.0.2', '127.0.0.3']) {
      await send(wildcard, Uint8Array.of(1), host)
      assert.equal(wildcard.batch.receive(wildcard.socket.fd, true), 1)
      wildcard.batch.queue(0, 1)
      const answer = nextMessage(wildcard.client)
      assert.equal(wildcard.batch.send(wildcard.socket.fd), 0)
      assert.equal((await answer).from, host)
    }
  })

  it('tell which of several sockets has packets', async () => {
    using one = pair()
    using other = pair()
    const readable = new ReadableSet(one.libc, [one.socket.fd, other.socket.fd])
    await send(other, Uint8Array.of(1))
    readable.wait(POLL_MS)
    assert.deepEqual([readable.isReadable(0), readable.isReadable(1)], [false, true])
    other.batch.receive(other.socket.fd, false)
    readable.wait(0)
    assert.equal(readable.isReadable(1), false)
  })

  it('say so when a descriptor is no good', () => {
    using all = pair()
    assert.equal(all.batch.receive(-1, true), -1)
    assert.equal(all.libc.errorName(all.libc.errno()), 'EBADF')
    const readable = new ReadableSet(all.libc, [1_000_000])
    readable.wait(0)
    assert.equal(readable.isReadable(0), true)
  })

  it('count the packets that the system refuses to send', async () => {
    using all = pair()
    for (const byte of [1, 2]) await send(all, Uint8Array.of(byte))
    assert.equal(all.batch.receive(all.socket.fd, true), 2)
    all.batch.queue(0, 1)
    all.batch.queue(1, 1)
    assert.equal(all.batch.send(-1), 2)
    assert.equal(all.batch.send(all.socket.fd), 0)
  })

  it('share a port only where both want to', () => {
    using all = pair()
    const { libc, socket } = all
    for (const shared of [false, true]) {
      assert.throws(() => openUdpSocket(libc, socket.bound, shared), { code: 'EADDRINUSE', syscall: 'bind' })
    }
    const first = openUdpSocket(libc, socketAddr('127.0.0.1:0'), true)
    const second = openUdpSocket(libc, first.bound, true)
    assert.deepEqual(second.bound, first.bound)
    for (const { fd } of [first, second]) libc.close(fd)
  })

  it('count what the system has dropped', async () => {
    using all = pair()
    assert.equal(droppedPackets(all.libc, all.socket.fd), 0)
    for (let i = 0; i < FLOOD; i++) await send(all, new Uint8Array(FLOOD_BYTES))
    assert.ok(droppedPackets(all.libc, all.socket.fd) > 0)
  })
})

describe('a socket address in bytes', () => {
  it('carries the port in network order', () => {
    const ipv6 = writeSockaddr(socketAddr('[2001:db8::1]:5300'))
    assert.equal(readPort(ipv6), 5300)
    assert.deepEqual([...ipv6.subarray(8, 12)], [0x20, 0x01, 0x0d, 0xb8])
    const ipv4 = writeSockaddr(socketAddr('192.0.2.1:53'))
    assert.equal(readPort(Uint8Array.of(0, 0, ...ipv4), 2), 53)
    assert.deepEqual([...ipv4.subarray(4, 8)], [192, 0, 2, 1])
  })
})
