import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { loadLibc } from '#os/libc.ts'
import { openUdpSocket } from '#os/udp-socket.ts'
import { bindError } from '#serve/bind-error.ts'
import { defaultResponders, type Listeners, type ListenersOptions, startListeners } from '#serve/listeners.ts'
import { DEFAULT_STREAM_LIMITS } from '#serve/stream-limits.ts'
import { freePort } from '../../../bench/ports.ts'
import { answeringWith, query, responseCount, socketAddr } from './answers.ts'
import { framed, StreamClient } from './stream-client.ts'
import { UdpClient } from './udp-client.ts'

const FIRST = answeringWith('192.0.2.1')
const SECOND = answeringWith('192.0.2.2')
const loaded = loadLibc()

async function started(
  options: Partial<ListenersOptions> = {},
): Promise<{ listeners: Listeners } & AsyncDisposable> {
  const listeners = await startListeners({
    dns: [socketAddr('127.0.0.1:0')],
    udp: 'auto',
    responders: 1,
    tcp: DEFAULT_STREAM_LIMITS,
    answering: FIRST,
    onRestart: assert.fail,
    ...options,
  })
  return { listeners, [Symbol.asyncDispose]: () => listeners.close() }
}

describe('the listeners together', () => {
  for (const udp of ['auto', 'portable'] as const) {
    it(`answer UDP and TCP on one port: ${udp}`, async () => {
      await using server = await started({ udp })
      const { listeners } = server
      const [at] = listeners.bound
      assert.ok(at !== undefined && at.port > 0)
      await using client = new UdpClient()
      await using stream = await StreamClient.connect(at)
      await listeners.publish(SECOND)
      assert.equal((await client.ask(at, query(1))).address, '192.0.2.2')
      await stream.write(framed(query(2)))
      assert.equal((await stream.receive(1))[0]?.address, '192.0.2.2')
      assert.equal(responseCount(listeners.counters()), 2)
      assert.deepEqual([listeners.restarts, listeners.socketDrops()], [0, 0])
    })
  }

  it('say which UDP listener there is and why', async () => {
    await using portable = await started({ udp: 'portable' })
    assert.equal(portable.listeners.udpKind, 'portable')
    assert.equal(portable.listeners.udpWhy, 'node:dgram, as configured')
    if ('unavailable' in loaded) return
    await using one = await started()
    assert.equal(one.listeners.udpKind, 'batch')
    assert.equal(one.listeners.udpWhy, 'recvmmsg through koffi, 1 responder')
    await using two = await started({ responders: 2 })
    assert.equal(two.listeners.udpWhy, 'recvmmsg through koffi, 2 responders')
  })

  it('fall back to the portable one, unless batches are insisted on', async () => {
    const real = Object.getOwnPropertyDescriptor(process, 'platform') ?? {}
    Object.defineProperty(process, 'platform', { ...real, value: 'sunos' })
    try {
      await using server = await started()
      assert.equal(server.listeners.udpKind, 'portable')
      assert.equal(server.listeners.udpWhy, 'node:dgram, because recvmmsg is not to be had on sunos')
      await assert.rejects(started({ udp: 'batch' }), /^Error: recvmmsg is not to be had on sunos$/)
    } finally {
      Object.defineProperty(process, 'platform', real)
    }
  })

  it('do not start beside another server', async () => {
    await using server = await started()
    const [at] = server.listeners.bound
    await assert.rejects(
      started({ dns: [at ?? socketAddr('0.0.0.0:1')] }),
      /in use by another program \(TCP\)/,
    )
  })

  it('do not start beside a program that shares the UDP port', {
    skip: 'unavailable' in loaded,
  }, async () => {
    if ('unavailable' in loaded) return
    // Of TCP it must be free too.
    const port = await freePort()
    const other = openUdpSocket(loaded.libc, socketAddr(`127.0.0.1:${port}`), true)
    try {
      await assert.rejects(started({ dns: [other.bound] }), /in use by another program \(UDP\)/)
    } finally {
      loaded.libc.close(other.fd)
    }
  })

  it('have at least one responder', () => {
    assert.ok(defaultResponders() >= 1 && defaultResponders() <= 8)
  })
})

describe('why an address cannot be bound', () => {
  const explain = (code: string, address: string): string =>
    bindError(Object.assign(new Error('bind'), { code }), socketAddr(address), 'TCP').message

  it('is said in words that help', () => {
    assert.match(
      explain('EACCES', '[::]:53'),
      /^\[::\]:53: ports below 1024 need the capability CAP_NET_BIND_SERVICE/,
    )
    assert.match(
      explain('EACCES', '0.0.0.0:5300'),
      /^0\.0\.0\.0:5300: the system does not permit listening there/,
    )
    assert.match(explain('EADDRNOTAVAIL', '192.0.2.9:53'), /192\.0\.2\.9 is no address of this host/)
    assert.match(explain('ENOMEM', '192.0.2.9:53'), /cannot listen \(TCP\): ENOMEM/)
  })
})
