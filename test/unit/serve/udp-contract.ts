/** What every UDP listener does, whatever it works with. */
import assert from 'node:assert/strict'
import { networkInterfaces } from 'node:os'
import { describe, it } from 'node:test'
import type { SocketAddr } from '#base/address.ts'
import type { ListenOptions, UdpListener } from '#serve/listener.ts'
import { DamagedQueries } from '#test/damaged-queries.ts'
import { Rcode } from '#wire/types.ts'
import { answeringWith, dropped, query, responseCount, socketAddr, unusable } from './answers.ts'
import { NoiseSocket, UdpClient } from './udp-client.ts'

const FIRST = answeringWith('192.0.2.1')
const SECOND = answeringWith('192.0.2.2')
const SWAPS = Array.from({ length: 10 }, (_, i) =>
  i % 2 === 0 ? ([SECOND, '192.0.2.2'] as const) : ([FIRST, '192.0.2.1'] as const),
)
const BURST = 500
const DAMAGED = 20_000
const DAMAGED_WINDOW = 50
const WINDOW = 16

export const hasIpv6 = Object.values(networkInterfaces()).some(list =>
  list?.some(({ address }) => address === '::1'),
)

export interface StartedListener extends AsyncDisposable {
  readonly listener: UdpListener
  readonly at: SocketAddr
  /** Resolves when a thread has died. */
  readonly restarted: Promise<string>
}

export type Start = (options: ListenOptions) => Promise<UdpListener>

/** A listener that is closed at the end of the scope. */
export async function started(start: Start, addresses: readonly string[]): Promise<StartedListener> {
  const { promise, resolve } = Promise.withResolvers<string>()
  const onRestart = (what: string, why: string): void => resolve(`${what}: ${why}`)
  const listener = await start({ addresses: addresses.map(socketAddr), answering: FIRST, onRestart })
  const [at] = listener.bound
  if (at === undefined) throw new Error('bound to nothing')
  return { listener, at, restarted: promise, [Symbol.asyncDispose]: () => listener.close() }
}

/** `hosts` are addresses of this host of which each must answer for itself on a wildcard socket. */
export function udpContract(title: string, start: Start, hosts: readonly string[]): void {
  describe(title, () => {
    it('answers', async () => {
      await using server = await started(start, ['127.0.0.1:0'])
      await using client = new UdpClient()
      const answer = await client.ask(server.at, query(7))
      assert.deepEqual(
        { id: answer.id, rcode: answer.rcode, address: answer.address },
        { id: 7, rcode: Rcode.NOERROR, address: '192.0.2.1' },
      )
      assert.equal((await client.ask(server.at, query(8, 'none.example.'))).rcode, Rcode.NXDOMAIN)
    })

    it(`goes on through ${DAMAGED} damaged packets`, async () => {
      await using server = await started(start, ['127.0.0.1:0'])
      await using client = new UdpClient()
      await using noise = new NoiseSocket(server.at)
      const damaged = new DamagedQueries(3, ['www.example.', 'none.example.', '.'])
      for (let sent = 0; sent < DAMAGED; sent += DAMAGED_WINDOW) {
        for (let i = 0; i < DAMAGED_WINDOW; i++) noise.send(damaged.next())
        assert.equal((await client.ask(server.at, query(sent & 0xffff))).address, '192.0.2.1')
      }
      assert.equal(server.listener.restarts, 0)
    })

    it('answers on several addresses of both families', { skip: !hasIpv6 }, async () => {
      await using server = await started(start, ['127.0.0.1:0', '[::1]:0', '127.0.0.1:0'])
      assert.equal(server.listener.bound.length, 3)
      for (const address of server.listener.bound) {
        await using client = new UdpClient(address.address.family)
        assert.equal((await client.ask(address, query(1))).address, '192.0.2.1')
      }
    })

    it('answers every query of a burst', async () => {
      await using server = await started(start, ['127.0.0.1:0'])
      await using client = new UdpClient()
      await Promise.all(Array.from({ length: BURST }, (_, id) => client.send(server.at, query(id))))
      const answers = await client.receive(BURST)
      assert.equal(new Set(answers.map(({ id }) => id)).size, BURST)
      assert.equal(responseCount(server.listener.counters()), BURST)
      assert.equal(server.listener.socketDrops(), 0)
    })

    it('says nothing to what is no query', async () => {
      await using server = await started(start, ['127.0.0.1:0'])
      await using client = new UdpClient()
      const response = query(1).with(2, 0x80)
      for (const bytes of [new Uint8Array(0), query(2).subarray(0, 11), response, new Uint8Array(4096)]) {
        await client.send(server.at, bytes)
      }
      await client.send(server.at, query(3).subarray(0, 20))
      await client.send(server.at, query(4))
      const answers = await client.receive(2)
      assert.deepEqual(
        answers.map(({ id, rcode }) => [id, rcode]),
        [
          [3, Rcode.FORMERR],
          [4, Rcode.NOERROR],
        ],
      )
      assert.equal(dropped(server.listener.counters(), 'short'), 3)
      assert.equal(dropped(server.listener.counters(), 'response'), 1)
    })

    it('cuts off what is too long and says so', async () => {
      await using server = await started(start, ['127.0.0.1:0'])
      await using client = new UdpClient()
      const answer = await client.ask(server.at, query(1, 'huge.example.', 16))
      assert.equal(answer.truncated, true)
      assert.equal(answer.answers, 0)
    })

    for (const [wildcard, own] of [
      ['0.0.0.0:0', hosts],
      ['[::]:0', ['::1']],
    ] as const) {
      it(`answers from the address that was asked, at ${wildcard}`, {
        skip: wildcard !== '0.0.0.0:0' && !hasIpv6,
      }, async () => {
        await using server = await started(start, [wildcard])
        await using client = new UdpClient(server.at.address.family)
        for (const host of own) {
          const { port } = server.at
          const asked = socketAddr(host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`)
          const answer = await client.ask(asked, query(1))
          assert.equal(answer.from.address, host)
          assert.equal(answer.from.port, port)
        }
      })
    }

    it('goes over to new answers without losing a query', async () => {
      await using server = await started(start, ['127.0.0.1:0'])
      await using client = new UdpClient()
      let asked = 0
      const round = async (): Promise<Set<string>> => {
        for (let i = 0; i < WINDOW; i++) await client.send(server.at, query(asked++ & 0xffff))
        return new Set((await client.receive(WINDOW)).map(({ address }) => address))
      }
      for (const [answering, address] of SWAPS) {
        let over = false
        const swap = server.listener.publish(answering).then(() => {
          over = true
        })
        while (!over) await round()
        await swap
        assert.deepEqual([...(await round())], [address])
      }
      assert.equal(responseCount(server.listener.counters()), asked)
    })

    it('answers from what was published, once that is acknowledged', async () => {
      await using server = await started(start, ['127.0.0.1:0'])
      await using client = new UdpClient()
      await server.listener.publish(SECOND)
      assert.equal((await client.ask(server.at, query(1))).address, '192.0.2.2')
      await Promise.all([server.listener.publish(SECOND), server.listener.publish(FIRST)])
      assert.equal((await client.ask(server.at, query(2))).address, '192.0.2.1')
    })

    it('starts a thread again that has died, and counts on', async () => {
      await using server = await started(start, ['127.0.0.1:0'])
      await using client = new UdpClient()
      await client.ask(server.at, query(1))
      const failing = server.listener.publish(unusable())
      assert.match(await server.restarted, /^UDP \w+.*: not an answer table$/)
      await server.listener.publish(SECOND)
      await failing
      assert.equal((await client.ask(server.at, query(2))).address, '192.0.2.2')
      assert.ok(server.listener.restarts >= 1)
      assert.equal(responseCount(server.listener.counters()), 2)
    })

    it('refuses answers that it cannot use at start', async () => {
      const options = {
        addresses: [socketAddr('127.0.0.1:0')],
        answering: unusable(),
        onRestart: assert.fail,
      }
      await assert.rejects(start(options), /not an answer table/)
    })

    it('gives the port back when it is closed, whatever was going on', async () => {
      const server = await started(start, ['127.0.0.1:0'])
      const unanswered = server.listener.publish(SECOND)
      await server.listener.close()
      await unanswered
      await using _next = await started(start, [`127.0.0.1:${server.at.port}`])
    })

    it('says which address is in use, or is none of this host', async () => {
      await using server = await started(start, ['127.0.0.1:0'])
      const { port } = server.at
      await assert.rejects(started(start, [`127.0.0.1:${port}`]), {
        message: `127.0.0.1:${port} is in use by another program (UDP): stop that one, or listen on another address`,
        code: 'EADDRINUSE',
      })
      await assert.rejects(started(start, ['203.0.113.7:0']), {
        message: '203.0.113.7:0: 203.0.113.7 is no address of this host',
      })
    })
  })
}
