/** What pools say of themselves by class CH: written when something was judged anew, in turns of the loop, and never in the way of an answer. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Arrival } from '#answer/arrival.ts'
import { newCounters, Transport } from '#answer/counters.ts'
import { PLAIN_POLICY } from '#answer/policy.ts'
import { Responder } from '#answer/respond.ts'
import { WhyTeller } from '#control/why-teller.ts'
import { decodeMessage, encodeQuery } from '#wire/message.ts'
import { name } from '#wire/name.ts'
import { dataToText } from '#wire/record-data.ts'
import { RrClass, RrType } from '#wire/types.ts'
import { World } from './world.ts'
import { BACKUP, PRIMARY, zones } from './zones.ts'

const CLIENT = Uint8Array.of(127, 0, 0, 1)
const POLICY = { ...PLAIN_POLICY, introspectionFrom: [{ bytes: CLIENT, bits: 32 }] }

async function begin(
  files = zones(),
  settings = 'node: ns1\n',
): Promise<{ world: World; teller: WhyTeller }> {
  const world = await World.begin(files, settings)
  const { clock, judging, generations, book, hostnames } = world
  const teller = new WhyTeller({ clock, judging, generations, sources: { book, hostnames } })
  // Everything is judged anew on new boards, as at the start of a server.
  await world.reload({})
  return { world, teller }
}

/** By TCP; the code of the response where it is not NOERROR. */
function lines(world: World, owner = 'www.a.test.'): readonly string[] {
  const responder = new Responder(newCounters())
  responder.use({ ...world.generations.current, policy: POLICY })
  const query = encodeQuery({ id: 1, name: name(owner), type: RrType.TXT, class: RrClass.CH })
  const bytes = new Uint8Array(65_535)
  bytes.set(query)
  const arrival = new Arrival(Transport.tcp)
  arrival.tick(world.clock.monotonicMs(), world.clock.wallMs())
  arrival.from(CLIENT, 0, CLIENT.length)
  const message = decodeMessage(bytes.slice(0, responder.respond(bytes, 0, query.length, arrival)))
  assert.ok(message !== undefined)
  const texts = message.answer.map(({ type, data }) => dataToText(type, data).slice(1, -1))
  return message.rcode === 0 ? texts : [`rcode ${message.rcode}`]
}

/** So that what is due has been written. */
const settle = (world: World): Promise<void> => world.clock.advance(0)

const UP = 'up since 2026-01-01T00:00:00Z, passes 2/2, fails 0/3'
const SEEN = 'pass at 2026-01-01T00:00:00Z: status 200'

describe('what a pool says of itself', () => {
  it('is its answer, its rules, its selection, and each endpoint with what was seen of it', async () => {
    const { world } = await begin()
    await using _ = world
    for (const address of [PRIMARY, BACKUP]) world.outcomes(address, 'pass', 'pass')
    await settle(world)
    assert.deepEqual(lines(world), [
      'A: 192.0.2.1, TTL 30',
      'pool a.test/www, as ns1 judged at 2026-01-01T00:00:00Z: failover, failback auto, when-all-down primary',
      'A primary since 2026-01-01T00:00:00Z: first selection: what is not down',
      `primary 192.0.2.1 ${UP}; answered: it is the primary; ${SEEN}`,
      `backup 192.0.2.2 ${UP}; stands by: primary comes first and can be served; ${SEEN}`,
    ])
    world.outcome(PRIMARY, 'fail')
    await settle(world)
    const [answer, , , primary] = lines(world)
    assert.equal(answer, 'A: 192.0.2.1, TTL 5')
    assert.match(
      primary ?? '',
      /passes 0\/2, fails 1\/3; answered.*; fail at 2026-01-01T00:00:00Z: no answer in 4s$/,
    )
  })

  it('is another after a failover', async () => {
    const { world } = await begin()
    await using _ = world
    world.outcomes(BACKUP, 'pass', 'pass')
    await world.clock.advance(61_000)
    world.outcomes(PRIMARY, 'fail', 'fail', 'fail')
    await settle(world)
    const [answer, pool, selection, primary, backup] = lines(world)
    assert.equal(answer, 'A: 192.0.2.2, TTL 30')
    assert.match(pool ?? '', /judged at 2026-01-01T00:01:01Z/)
    assert.equal(selection, 'A backup since 2026-01-01T00:01:01Z: primary is down: no answer in 4s')
    assert.match(
      primary ?? '',
      /^primary 192\.0\.2\.1 down since 2026-01-01T00:01:01Z, .*; fail at .*: no answer in 4s$/,
    )
    assert.match(backup ?? '', /answered in place of those before it/)
  })

  it('has what operators say, in one line whatever they write', async () => {
    const { world } = await begin()
    await using _ = world
    for (const address of [PRIMARY, BACKUP]) world.outcomes(address, 'pass', 'pass')
    await world.operations.override({
      kind: 'drain',
      target: 'a.test/www/primary',
      forMs: 60_000,
      reason: 'disk"\nA: 6.6.6.6, TTL 30',
      author: 'alice',
      volatile: true,
      force: false,
    })
    await settle(world)
    const said = lines(world)
    assert.equal(said[0], 'A: 192.0.2.2, TTL 30')
    assert.deepEqual(
      said.filter(line => line.startsWith('override')),
      ['override: drain primary until 2026-01-01T00:01:00Z, by alice: disk\\"?A: 6.6.6.6, TTL 30'],
    )
    assert.equal(said.filter(line => line.startsWith('A:')).length, 1)
    await world.clock.advance(60_000)
    await settle(world)
    assert.deepEqual(
      [lines(world)[0], lines(world).some(line => line.startsWith('override'))],
      ['A: 192.0.2.1, TTL 30', false],
    )
  })

  it('is of pools in pools, of hostnames and of none that is judged', async () => {
    const { world } = await begin({
      'a.test.yaml': `zone: a.test
nameservers: { ns1: 192.0.2.53 }
checks:
  both: { type: all, checks: [web, port] }
  web: { type: http, port: 80 }
  port: { type: tcp, port: 81 }
pools:
  top: { endpoints: [{ name: eu, pool: low }, { name: us, address: 192.0.2.9 }] }
  low: { check: both, endpoints: [{ name: a, address: ["192.0.2.1", "2001:db8::1"] }] }
  host: { check: web, endpoints: [{ name: one, hostname: one.example.net }, { name: two, address: 192.0.2.8 }] }
names: { top: { pool: top }, low: { pool: low }, host: { pool: host } }
`,
    })
    await using _ = world
    world.outcome('192.0.2.1', 'fail', 81)
    await settle(world)
    const top = lines(world, 'top.a.test.')
    assert.ok(
      top.some(line => line === 'eu (pool low, A): answered: it is the primary'),
      top.join('\n'),
    )
    assert.ok(
      top.some(line => line.startsWith('us 192.0.2.9 has no health check; ')),
      top.join('\n'),
    )
    const low = lines(world, 'low.a.test.')
    assert.ok(
      low.some(line => /^a 192\.0\.2\.1 .*web unknown, nothing seen yet; port unknown, fail at /.test(line)),
      low.join('\n'),
    )
    assert.deepEqual(low.map(line => line.split(' ')[0]).slice(0, 2), ['A:', 'AAAA:'])
    const host = lines(world, 'host.a.test.')
    assert.ok(
      host.some(line => line.startsWith('one (one.example.net, A, pending): ')),
      host.join('\n'),
    )
  })
})

describe('the words', () => {
  const many = Object.fromEntries(
    Array.from({ length: 100 }, (_, i) => [`p${i}`, { one: [`192.0.2.${i + 1}`] }]),
  )

  it('of many pools are written some at a time, and what has waited for longest first', async () => {
    const { world } = await begin(zones({ pools: many }))
    await using _ = world
    const written = (): number =>
      Object.keys(many).filter(pool => !lines(world, `${pool}.a.test.`)[1]?.startsWith('why is not')).length
    const counts = [written()]
    for (let turn = 0; turn < 6; turn++) {
      await world.clock.advance(turn === 0 ? 0 : 10)
      counts.push(written())
    }
    assert.deepEqual(counts, [0, 20, 40, 60, 80, 100, 100])
    assert.equal(world.clock.pending, 0)
  })

  it('are on the new board after a reload, and gone when nobody may know', async () => {
    const { world } = await begin()
    await using _ = world
    await settle(world)
    assert.match(lines(world)[1] ?? '', /judged at/)
    await world.reload(zones({ pools: { www: { first: [BACKUP] } } }))
    await settle(world)
    assert.match(lines(world).at(-1) ?? '', /^first 192\.0\.2\.2 /)
    await world.folder.file('understudy.yaml', 'introspection-from: []\n')
    await world.reload({})
    world.outcomes(BACKUP, 'fail', 'fail', 'fail')
    assert.deepEqual(lines(world), ['rcode 5'])
    assert.equal(world.generations.current.why, undefined)
  })

  it('are written no more once stopped', async () => {
    const { world, teller } = await begin()
    await using _ = world
    teller.stop()
    world.outcomes(PRIMARY, 'fail', 'fail', 'fail')
    await settle(world)
    assert.match(lines(world)[1] ?? '', /^why is not written yet/)
    assert.equal(world.clock.pending, 0)
  })
})
