/** Hostnames as endpoints: answered as a CNAME, or with the addresses that they are resolved to. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Resolved } from '#client/resolve.ts'
import { poolView } from '#control/pool-view.ts'
import { address } from '../steering/pools.ts'
import { WORLDS, World } from './world.ts'

const HEAD = `zone: a.test
nameservers: { ns1: 192.0.2.53 }
checks:
  web: { type: tcp, port: 80, interval: 10s, timeout: 2s, fast-interval: 1s, rise: 2, fall: 3 }
`
const POOL =
  'endpoints: [{ name: primary, hostname: one.example.net }, { name: backup, hostname: two.example.net }]'
const ONE = 'one.example.net.'
const TWO = 'two.example.net.'
/** What changes is gathered for so long at most. */
const GATHERED_MS = 1000

function found(ttlSeconds: number, ...texts: readonly string[]): Resolved {
  return { kind: 'found', addresses: texts.map(address), ttlSeconds }
}

function none(hostname: string, ttlSeconds = 60): Resolved {
  return { kind: 'none', detail: `${hostname} does not exist`, ttlSeconds }
}

/** The hostnames resolve to 192.0.2.1 and 192.0.2.2. */
async function begin(
  names: string,
  { pool = POOL, check = 'check: web,' } = {},
  resolved: Readonly<Record<string, Resolved>> = {},
): Promise<World> {
  const text = `${HEAD}pools:\n  www: { ${check} ${pool} }\nnames: { ${names} }\n`
  const world = await World.begin({
    'other.test.yaml': 'zone: other.test\nnameservers: { ns1: 192.0.2.53 }\n',
  })
  for (const [key, answer] of Object.entries({ ...RESOLVED, ...resolved })) world.resolved.set(key, answer)
  await world.reload({ 'a.test.yaml': text })
  await world.clock.advance(GATHERED_MS)
  return world
}

const RESOLVED: Readonly<Record<string, Resolved>> = {
  'one.example.net ipv4': found(60, '192.0.2.1'),
  'one.example.net ipv6': none('one.example.net'),
  'two.example.net ipv4': found(60, '192.0.2.2'),
  'two.example.net ipv6': none('two.example.net'),
}

describe('as a CNAME', WORLDS, () => {
  const NAMES = 'www: { pool: www }, "*.w": { pool: www }'

  it('answers every type with the name in service', async () => {
    await using world = await begin(NAMES)
    for (const type of ['A', 'AAAA', 'CNAME', 'TXT', 'ANY'])
      assert.deepEqual(world.addresses(`www.a.test ${type}`), [ONE])
    assert.deepEqual(world.addresses('x.w.a.test A'), [ONE])
  })

  it('goes over to the other when the addresses behind it fail, and back', async () => {
    await using world = await begin(NAMES)
    world.outcomes('192.0.2.1', 'pass')
    world.outcomes('192.0.2.2', 'pass')
    world.outcomes('192.0.2.1', 'fail')
    assert.ok((world.ask('www.a.test A').ttl ?? 30) < 30, 'the first fail shortens the TTL')
    world.outcomes('192.0.2.1', 'fail', 'fail')
    assert.deepEqual(world.addresses('www.a.test A'), [TWO])
    world.outcomes('192.0.2.1', 'pass', 'pass')
    assert.deepEqual(world.addresses('www.a.test A'), [ONE])
  })

  it('stays what it is while the addresses behind it change', async () => {
    await using world = await begin(NAMES)
    world.outcomes('192.0.2.1', 'pass')
    world.resolved.set('one.example.net ipv4', found(60, '192.0.2.9'))
    const { length } = world.lines
    await world.clock.advance(61_000)
    world.outcomes('192.0.2.9', 'pass')
    assert.deepEqual(world.addresses('www.a.test A'), [ONE])
    assert.deepEqual(
      world.lines.slice(length).filter(line => line.includes('CNAME')),
      [],
    )
  })

  it('stands as the worse of its families, by what is known', async () => {
    await using world = await begin(NAMES, {}, { 'one.example.net ipv6': found(60, '2001:db8::1') })
    world.outcomes('192.0.2.2', 'pass')
    world.outcomes('192.0.2.1', 'pass')
    assert.equal(world.selected('a.test/www', 'cname'), 'serving: primary')
    world.outcomes('2001:db8::1', 'fail', 'fail', 'fail')
    assert.equal(world.selected('a.test/www', 'cname'), 'serving: backup')
    world.outcomes('2001:db8::1', 'pass', 'pass')
    assert.equal(world.selected('a.test/www', 'cname'), 'serving: primary')
  })

  it('to a name that does not exist is not answered where another is there', async () => {
    await using world = await begin(NAMES, {}, { 'one.example.net ipv4': none('one.example.net') })
    assert.deepEqual(world.addresses('www.a.test A'), [TWO])
  })

  it('to a name that turns out not to exist, after nobody had answered, is left', async () => {
    const silent: Resolved = { kind: 'failed', detail: 'no answer' }
    const nobody = { 'one.example.net ipv4': silent, 'one.example.net ipv6': silent }
    await using world = await begin(NAMES, {}, nobody)
    world.outcomes('192.0.2.2', 'pass')
    assert.deepEqual(world.addresses('www.a.test A'), [ONE], 'nothing is known of it')
    world.resolved.set('one.example.net ipv4', none('one.example.net'))
    world.resolved.set('one.example.net ipv6', none('one.example.net'))
    await world.clock.advance(10_000)
    assert.deepEqual(world.addresses('www.a.test A'), [TWO])
    world.resolved.set('one.example.net ipv4', silent)
    await world.clock.advance(600_000)
    world.outcomes('192.0.2.2', 'pass')
    assert.equal(world.hostnames.of('one.example.net').unresolved, 'missing', 'an error says nothing new')
  })

  it('without a health check is not resolved at all', async () => {
    await using world = await begin(NAMES, { check: '' })
    assert.deepEqual(world.addresses('www.a.test A'), [ONE])
    assert.deepEqual(world.judging.targets, [])
  })

  it('is probed at another address if that is said', async () => {
    await using world = await begin(NAMES, { pool: POOL.replace('net }', 'net, probe-address: 192.0.2.7 }') })
    world.outcomes('192.0.2.2', 'pass')
    world.outcomes('192.0.2.7', 'fail', 'fail', 'fail')
    assert.deepEqual(world.addresses('www.a.test A'), [TWO])
  })

  it('weighted: one of them for each query', async () => {
    await using world = await begin(NAMES, { pool: `policy: weighted, ${POOL}` })
    const answers = new Set(Array.from({ length: 100 }, () => world.addresses('www.a.test A').join()))
    assert.deepEqual([...answers].sort(), [ONE, TWO])
  })

  it('goes on after a restart as before, and is what status shows', async () => {
    await using before = await begin(NAMES)
    before.outcomes('192.0.2.2', 'pass')
    before.outcomes('192.0.2.1', 'fail', 'fail', 'fail')
    await using world = await before.restart(1000)
    assert.deepEqual(world.addresses('www.a.test A'), [TWO])
    const view = poolView(
      world.pool('a.test/www'),
      world.clock.monotonicMs(),
      world.clock.wallMs(),
      world.book,
    )
    assert.deepEqual(
      view.selections.map(({ family, addresses, endpoints }) => ({ family, addresses, endpoints })),
      [{ family: 'cname', addresses: ['two.example.net'], endpoints: ['backup'] }],
    )
    assert.deepEqual(
      view.endpoints.map(({ name, hostname, addresses }) => [
        name,
        hostname,
        ...addresses.map(one => `${one.address} ${one.verdict} ${one.selected}`),
      ]),
      [
        ['primary', 'one.example.net', '192.0.2.1 down false'],
        ['backup', 'two.example.net', '192.0.2.2 up true'],
      ],
    )
  })
})

describe('as addresses', WORLDS, () => {
  const NAMES = '"@": { pool: www }'

  it('at the apex, beside other data, and at every name of the same pool', async () => {
    await using world = await begin('"@": { pool: www }, www: { pool: www }')
    assert.deepEqual(world.addresses('a.test A'), ['192.0.2.1'])
    assert.deepEqual(world.addresses('www.a.test A'), ['192.0.2.1'])
    assert.deepEqual(world.addresses('a.test NS'), ['ns1.a.test.'])
  })

  it('where an answer may hold several, or other addresses are given', async () => {
    await using all = await begin('www: { pool: www }', { pool: `policy: all, ${POOL}` })
    assert.deepEqual([...all.addresses('www.a.test A')].sort(), ['192.0.2.1', '192.0.2.2'])
    const mixed = POOL.replace('hostname: two.example.net', 'address: 203.0.113.2')
    await using world = await begin('www: { pool: www }', { pool: mixed })
    assert.deepEqual(world.addresses('www.a.test A'), ['192.0.2.1'])
  })

  it('SERVFAIL until the first of them is resolved', async () => {
    const failing: Resolved = { kind: 'failed', detail: 'no answer' }
    await using world = await begin(
      NAMES,
      {},
      { 'one.example.net ipv4': failing, 'two.example.net ipv4': failing },
    )
    assert.equal(world.ask('a.test A').rcode, 'SERVFAIL')
    assert.deepEqual(world.hostnames.alarms, [
      'one.example.net cannot be resolved: no answer',
      'two.example.net cannot be resolved: no answer',
    ])
    world.resolved.set('two.example.net ipv4', found(60, '192.0.2.2'))
    await world.clock.advance(10_000)
    assert.deepEqual(world.addresses('a.test A'), ['192.0.2.2'])
    assert.equal(world.ask('a.test AAAA').rcode, 'NOERROR')
    world.resolved.set('one.example.net ipv4', found(60, '192.0.2.1'))
    await world.clock.advance(61_000)
    world.outcomes('192.0.2.1', 'pass')
    assert.deepEqual(world.addresses('a.test A'), ['192.0.2.1'])
    assert.deepEqual(world.hostnames.alarms, [])
  })

  it('follow what the name is resolved to, when what is known has expired', async () => {
    await using world = await begin(
      NAMES,
      {},
      { 'one.example.net ipv4': found(60, '192.0.2.1', '192.0.2.3') },
    )
    world.outcomes('192.0.2.1', 'pass')
    world.outcomes('192.0.2.3', 'pass')
    assert.deepEqual(world.addresses('a.test A'), ['192.0.2.1', '192.0.2.3'])
    world.resolved.set('one.example.net ipv4', found(60, '192.0.2.4', '192.0.2.3'))
    await world.clock.advance(30_000)
    assert.deepEqual(world.addresses('a.test A'), ['192.0.2.1', '192.0.2.3'])
    await world.clock.advance(31_000)
    // The new one is not known to be up yet; the old one is gone, and is not probed any more.
    assert.deepEqual(world.addresses('a.test A'), ['192.0.2.3'])
    world.outcomes('192.0.2.4', 'pass')
    assert.deepEqual(world.addresses('a.test A'), ['192.0.2.3', '192.0.2.4'])
    assert.equal(
      world.judging.targets.some(target => target.address === '192.0.2.1'),
      false,
    )
  })

  it('a family that is gone is gone; when nothing is left the last good answer stays', async () => {
    await using world = await begin(NAMES, {}, { 'one.example.net ipv6': found(60, '2001:db8::1') })
    assert.deepEqual(world.addresses('a.test AAAA'), ['2001:db8::1'])
    world.resolved.set('one.example.net ipv6', none('one.example.net'))
    await world.clock.advance(61_000)
    assert.deepEqual(world.addresses('a.test AAAA'), [])
    world.resolved.set('one.example.net ipv4', none('one.example.net'))
    await world.clock.advance(3_600_000)
    assert.deepEqual(world.addresses('a.test A'), ['192.0.2.1'])
    assert.deepEqual(world.hostnames.alarms, [
      'one.example.net cannot be resolved: one.example.net does not exist; its last addresses stay',
    ])
  })

  it('stay while no resolver answers, also after a restart', async () => {
    await using before = await begin(NAMES)
    await before.store.flush()
    await using world = await before.restart(86_400_000)
    assert.deepEqual(world.addresses('a.test A'), ['192.0.2.1'])
    await world.clock.advance(3_600_000)
    assert.deepEqual(world.addresses('a.test A'), ['192.0.2.1'])
  })

  it('of many the same few are taken, whatever their order', async () => {
    const many = Array.from({ length: 40 }, (_, i) => `192.0.2.${i + 10}`)
    await using world = await begin(NAMES, { check: '' }, { 'one.example.net ipv4': found(5, ...many) })
    const first = world.addresses('a.test A')
    assert.equal(first.length, 16)
    world.resolved.set('one.example.net ipv4', found(5, ...many.toReversed()))
    await world.clock.advance(60_000)
    assert.deepEqual(world.addresses('a.test A'), first)
    // Those that are gone make room for others.
    world.resolved.set('one.example.net ipv4', found(5, ...many.slice(8)))
    await world.clock.advance(60_000)
    const second = world.addresses('a.test A')
    assert.equal(second.length, 16)
    assert.ok(first.filter(text => second.includes(text)).length >= 8)
  })

  it('of two hostnames with the same address it is answered once', async () => {
    await using world = await begin(
      NAMES,
      { pool: `policy: all, ${POOL}` },
      { 'two.example.net ipv4': found(60, '192.0.2.1', '192.0.2.2') },
    )
    assert.deepEqual([...world.addresses('a.test A')].sort(), ['192.0.2.1', '192.0.2.2'])
  })

  it('leave all other pools as they are, and share what is known of an address with them', async () => {
    const given = '[{ name: a, address: 192.0.2.1 }, { name: b, address: 192.0.2.9 }]'
    await using world = await begin(
      `${NAMES}, other: { pool: other }, top: { pool: top }`,
      {
        pool: `${POOL} }\n  other: { check: web, endpoints: ${given} }\n  top: { endpoints: [{ name: a, pool: www }]`,
      },
      { 'one.example.net ipv4': found(60, '192.0.2.7') },
    )
    const [other, www, top] = ['other', 'www', 'top'].map(name => world.pool(`a.test/${name}`))
    world.outcomes('192.0.2.9', 'pass')
    world.outcomes('192.0.2.1', 'pass')
    world.resolved.set('one.example.net ipv4', found(60, '192.0.2.1'))
    await world.clock.advance(61_000)
    assert.equal(world.pool('a.test/other'), other)
    assert.notEqual(world.pool('a.test/www'), www)
    assert.notEqual(world.pool('a.test/top'), top)
    assert.deepEqual(world.addresses('top.a.test A'), ['192.0.2.1'])
    // What it learns now both of them learn.
    world.outcomes('192.0.2.2', 'pass')
    world.outcomes('192.0.2.1', 'fail', 'fail', 'fail')
    assert.deepEqual(world.addresses('a.test A'), ['192.0.2.2'])
    assert.deepEqual(world.addresses('top.a.test A'), ['192.0.2.2'])
    assert.deepEqual(world.addresses('other.a.test A'), ['192.0.2.9'])
  })

  it('a reload without the hostname asks for it no more', async () => {
    await using world = await begin(NAMES)
    const asked: string[] = []
    const { get } = world.resolved
    world.resolved.get = key => {
      asked.push(key)
      return get.call(world.resolved, key)
    }
    await world.reload({ 'a.test.yaml': `${HEAD}names: { www: { failover: [192.0.2.1], check: web } }\n` })
    await world.clock.advance(86_400_000)
    assert.deepEqual(asked, [])
  })
})
