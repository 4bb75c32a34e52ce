import assert from 'node:assert/strict'
import { networkInterfaces } from 'node:os'
import { describe, it } from 'node:test'
import { PLAIN_POLICY } from '#answer/policy.ts'
import { type RateLimit, rateLimitMemory } from '#answer/rate-limit.ts'
import { startBatchListener } from '#serve/batch-listener.ts'
import { startPortableListener } from '#serve/portable-listener.ts'
import { answeringWith, query, responseCount, unusable } from './answers.ts'
import { UdpClient } from './udp-client.ts'
import { type Start, started, udpContract } from './udp-contract.ts'

const CLIENTS = 32
const LIMIT = 20
const batch =
  (responders: number): Start =>
  options =>
    startBatchListener({ ...options, responders })

/** Every address of this host that means something without its interface. */
const own = Object.values(networkInterfaces())
  .flatMap(list => list ?? [])
  .filter(({ family }) => family === 'IPv4')
  .map(({ address }) => address)

// Linux answers on all of 127.0.0.0/8, but only 127.0.0.1 is listed as an address of the host.
const supported = process.platform === 'linux'
if (supported) udpContract('the batch listener', batch(1), [...own, '127.0.0.2'])
udpContract('the portable listener', startPortableListener, own)

describe('the batch listener alone', { skip: !supported }, () => {
  it('spreads the clients over its responders', async () => {
    await using server = await started(batch(2), ['127.0.0.1:0'])
    for (let i = 0; i < CLIENTS; i++) {
      await using client = new UdpClient()
      await client.ask(server.at, query(i))
    }
    const counts = server.listener.counters().map(counters => responseCount([counters]))
    assert.ok(counts.length === 2 && counts.every(count => count > 0), counts.join())
    assert.equal(responseCount(server.listener.counters()), CLIENTS)
  })

  it('limits equal responses over all of them together', async () => {
    await using server = await started(batch(2), ['127.0.0.1:0'])
    const rateLimit: RateLimit = {
      enforced: true,
      perSecond: LIMIT,
      slip: 1,
      ipv4Prefix: 24,
      ipv6Prefix: 56,
      exempt: [],
      memory: rateLimitMemory(),
      seed: 1,
    }
    await server.listener.publish({
      ...answeringWith('192.0.2.1'),
      policy: { ...PLAIN_POLICY, rateLimit },
    })
    const begin = performance.now()
    let granted = 0
    for (let i = 0; i < CLIENTS; i++) {
      await using client = new UdpClient()
      for (let id = 0; id < LIMIT; id++) if (!(await client.ask(server.at, query(id))).truncated) granted++
    }
    const seconds = 1 + (performance.now() - begin) / 1000
    assert.ok(granted >= LIMIT && granted <= LIMIT * seconds + 2, `${granted} in ${seconds} s`)
    const counts = server.listener.counters().map(counters => responseCount([counters]))
    assert.ok(
      counts.every(count => count > LIMIT),
      counts.join(),
    )
  })

  it('answers, late, what was asked while its responder was dead', async () => {
    await using server = await started(batch(1), ['127.0.0.1:0'])
    await using client = new UdpClient()
    const failing = server.listener.publish(unusable())
    await server.restarted
    for (let id = 0; id < CLIENTS; id++) await client.send(server.at, query(id))
    await server.listener.publish(answeringWith('192.0.2.9'))
    await failing
    assert.deepEqual(
      (await client.receive(CLIENTS)).map(({ address }) => address),
      new Array(CLIENTS).fill('192.0.2.9'),
    )
  })
})
