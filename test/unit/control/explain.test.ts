/** Explanations against what is answered: every name, every type, and pools in every state. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Explanation } from '#control/explanation.ts'
import { World } from './world.ts'
import { BACKUP, PRIMARY } from './zones.ts'

const MASTER = `$ORIGIN a.test.
$TTL 300
@       SOA ns1 hostmaster 1 7200 3600 1209600 300
@       NS ns1
ns1     A 192.0.2.53
static  A 198.51.100.1
        TXT "hello"
deep.empty A 198.51.100.2
alias   CNAME www
gone    CNAME nothing
abroad  CNAME www.example.net.
loop    CNAME loop2
loop2   CNAME loop
*.wild  A 198.51.100.3
child   NS ns.elsewhere.test.
old     DNAME new
x.new   A 198.51.100.4
`
const ZONES = {
  'a.test.zone': MASTER,
  'a.test.yaml': `zone: a.test
records: a.test.zone
checks:
  web: { type: http, port: 80, interval: 10s, fast-interval: 1s, timeout: 4s, fall: 3, rise: 2, dwell: 30s }
pools:
  www:
    check: web
    failback: manual
    endpoints: [{ name: primary, address: ["${PRIMARY}", "2001:db8::1"] }, { name: backup, address: ${BACKUP} }, { name: third, address: 192.0.2.3 }]
  spread: { check: web, policy: weighted, min-healthy: 2, endpoints: [{ name: a, address: 192.0.2.11, weight: 3 }, { name: b, address: 192.0.2.12 }, { name: last, address: 192.0.2.13, weight: 0 }] }
  top: { endpoints: [{ name: eu, pool: www }, { name: us, pool: spread }] }
  hosts: { check: web, endpoints: [{ name: one, hostname: one.example.net }, { name: two, hostname: two.example.net }] }
names:
  www: { pool: www, ttl: 30s, ttl-min: 5s }
  "*.any": { pool: www }
  spread: { pool: spread }
  top: { pool: top }
  hosts: { pool: hosts }
`,
}

/** All that is configured is up, but for the hostnames, which nobody resolves. */
async function begin(settings = ''): Promise<World> {
  const world = await World.begin(ZONES, settings)
  for (const { address } of world.judging.targets) world.outcomes(address, 'pass')
  return world
}

function lastStep({ steps }: Explanation): string {
  const { name } = steps.at(-1) ?? assert.fail()
  return `${steps.map(step => step.kind).join(' > ')} ${name}`
}

/** By endpoint: code and words. */
function endpoints({ pool }: Explanation): Record<string, string> {
  return Object.fromEntries(pool?.endpoints.map(({ name, code, why }) => [name, `${code}: ${why}`]) ?? [])
}

describe('what a name is', () => {
  const CASES = {
    'www A': 'managed www.a.test',
    'www TXT': 'no-data www.a.test',
    'static TXT': 'records static.a.test',
    'static AAAA': 'no-data static.a.test',
    'empty A': 'no-data empty.a.test',
    'nothing.static A': 'no-name nothing.static.a.test',
    'alias A': 'alias > managed www.a.test',
    'alias CNAME': 'records alias.a.test',
    'gone A': 'alias > no-name nothing.a.test',
    'abroad A': 'alias > outside www.example.net',
    'loop A': 'alias > alias > left-to-client loop.a.test',
    'x.wild A': 'records x.wild.a.test',
    'x.any A': 'managed x.any.a.test',
    'x.any MX': 'no-data x.any.a.test',
    'child A': 'delegated child.a.test',
    'x.child A': 'delegated x.child.a.test',
    'child DS': 'no-data child.a.test',
    'x.old A': 'dname > records x.new.a.test',
    'y.old A': 'dname > no-name y.new.a.test',
    'www AXFR': 'refused www.a.test',
    'hosts A': 'managed hosts.a.test',
    'hosts TXT': 'managed hosts.a.test',
  }
  it('of every kind', async () => {
    await using world = await begin()
    const found = Object.keys(CASES).map(question => [
      question,
      lastStep(world.explain(question.replace(' ', '.a.test '))),
    ])
    assert.deepEqual(Object.fromEntries(found), CASES)
  })

  it('says the file of a record, the nearest encloser, the name servers and the zones', async () => {
    await using world = await begin()
    const step = (question: string) => world.explain(question).steps[0] ?? assert.fail()
    assert.match(step('static.a.test A').why, /^static: 1 record of type A, from .*a\.test\.zone$/)
    assert.match(step('x.wild.a.test A').why, /by the wildcard \*\.wild\.a\.test/)
    assert.equal(step('q.static.a.test A').owner, 'static.a.test')
    assert.deepEqual(step('child.a.test A').nameservers, ['ns.elsewhere.test'])
    assert.match(step('www.example.net A').why, /in no zone of this server, which has a\.test$/)
    assert.match(step('empty.a.test A').why, /empty non-terminal/)
  })

  it('of a zone that could not be loaded says which file, and SERVFAIL', async () => {
    await using world = await begin()
    await world.reload({ 'bad.test.zone': 'bad.test. 1 IN NONSENSE\n' }).catch(() => undefined)
    const { steps, answer } = world.explain('www.bad.test A')
    assert.equal(steps[0]?.kind, 'broken')
    assert.match(steps[0]?.why ?? '', /zone bad\.test, which could not be loaded.*bad\.test\.zone/)
    assert.deepEqual([answer.rcode, answer.error?.text], ['SERVFAIL', 'the zone could not be loaded'])
  })
})

describe('why each endpoint is served or not', () => {
  it('the primary, and who stands by', async () => {
    await using world = await begin()
    assert.deepEqual(endpoints(world.explain('www.a.test A')), {
      primary: 'served: answered: it is the primary',
      backup: 'standby: stands by: primary comes first and can be served',
      third: 'standby: stands by: primary comes first and can be served',
    })
    assert.equal(
      endpoints(world.explain('www.a.test AAAA'))['backup'],
      'no-address: has nothing to answer with in this family',
    )
  })

  it('down, held after it, and then up without failback', async () => {
    await using world = await begin()
    world.outcomes(PRIMARY, 'fail', 'fail', 'fail')
    const down = world.explain('www.a.test A')
    assert.deepEqual(endpoints(down)['primary'], 'down: down')
    assert.match(down.pool?.selection?.why ?? '', /^primary is down: no answer in 4s$/)
    world.outcomes(PRIMARY, 'pass', 'pass')
    const held = world.explain('www.a.test A')
    assert.match(endpoints(held)['primary'] ?? '', /^held: .* for another 30s/)
    assert.equal(held.pool?.endpoints[0]?.addresses[0]?.heldBy, 'dwell')
    await world.clock.advance(31_000)
    assert.match(
      endpoints(world.explain('www.a.test A'))['primary'] ?? '',
      /^failback-manual: .*but failback is manual/,
    )
  })

  it('drained, forced down and pinned, with what operators said', async () => {
    await using world = await begin()
    const decide = (kind: 'drain' | 'pin' | 'force-down', endpoint: string) =>
      world.operations.override({
        kind,
        target: `www/${endpoint}`,
        forMs: 60_000,
        reason: 'new disks',
        author: 'alice',
        volatile: true,
        force: true,
      })
    await decide('drain', 'primary')
    await decide('force-down', 'third')
    const drained = world.explain('www.a.test A')
    assert.match(endpoints(drained)['primary'] ?? '', /^drained/)
    assert.match(endpoints(drained)['third'] ?? '', /^forced-down/)
    assert.deepEqual(
      drained.pool?.overrides.map(({ kind, reason }) => `${kind} ${reason}`),
      ['force-down new disks', 'drain new disks'],
    )
    await decide('pin', 'backup')
    assert.equal(
      endpoints(world.explain('www.a.test A'))['primary'],
      'pinned: the pool is pinned to backup by an operator',
    )
  })

  it('all down, and of a weighted pool the last resort and too few', async () => {
    await using world = await begin()
    for (const one of [PRIMARY, '2001:db8::1', BACKUP, '192.0.2.3'])
      world.outcomes(one, 'fail', 'fail', 'fail')
    const { pool, ttl, answer } = world.explain('www.a.test A')
    assert.equal(pool?.selection?.mode, 'all-down')
    assert.match(pool?.endpoints[0]?.why ?? '', /rule for all being down, primary$/)
    assert.match(`${ttl?.seconds} ${ttl?.why}`, /^5 ttl-min/)
    assert.match(answer.error?.text ?? '', /every endpoint is down/)
    assert.equal(endpoints(world.explain('spread.a.test A'))['a'], 'served: takes part with weight 3 of 4')
    assert.match(endpoints(world.explain('spread.a.test A'))['last'] ?? '', /^last-resort/)
    world.outcomes('192.0.2.12', 'fail', 'fail', 'fail')
    assert.match(world.explain('spread.a.test A').pool?.selection?.why ?? '', /1 healthy, min-healthy: 2/)
  })

  it('of a pool in a pool too, and of hostnames what is wrong with them', async () => {
    await using world = await begin()
    const top = world.explain('top.a.test A').pool?.endpoints ?? []
    assert.deepEqual(
      top.map(({ name, code, pool }) => `${name} ${code} ${pool?.pool}`),
      ['eu served www', 'us standby spread'],
    )
    assert.equal(top[0]?.pool?.endpoints[1]?.code, 'standby')
    const [one] = world.explain('hosts.a.test A').pool?.endpoints ?? []
    assert.deepEqual(one?.hostname, {
      name: 'one.example.net',
      unresolved: 'pending',
      alarm: 'one.example.net cannot be resolved: no answer; no answer',
    })
  })

  it('while this node is cut off', async () => {
    await using world = await begin('references: [tcp://192.0.2.99:53]\nwhile-cut-off: servfail\n')
    await world.clock.advance(1000)
    world.outcomes('192.0.2.99', 'fail')
    const { cutOff, answer } = world.explain('www.a.test A')
    assert.equal(cutOff?.silent, true)
    assert.deepEqual([answer.rcode, answer.answer], ['SERVFAIL', []])
  })
})

it('the TTL goes down while what is answered fails, and says so', async () => {
  await using world = await begin()
  assert.equal(
    world.explain('www.a.test A').ttl?.why,
    'the full ttl: nothing speaks against what is answered',
  )
  world.outcomes(PRIMARY, 'fail')
  const { seconds, why } = world.explain('www.a.test A').ttl ?? assert.fail()
  assert.equal(seconds, world.ask('www.a.test A').ttl)
  assert.match(why, /^ttl-min: what is answered could be down in 2 s/)
})
