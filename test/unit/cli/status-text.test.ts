/** What `understudy status` prints of the views that a server gives. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isCalled } from '#cli/seen.ts'
import { statusText } from '#cli/status-text.ts'
import type { AddressView, OverrideView, PoolView } from '#control/view.ts'

const AT = '2026-01-01T00:00:00.000Z'
const LATER = '2026-01-01T00:30:00.000Z'
const WIDE = { columns: 200, colour: false } as const

const TIMES = { intervalMs: 10_000, rise: 2, fall: 3 }
const WEB = { name: 'web', type: 'http', fastIntervalMs: 1000, timeoutMs: 4000, ...TIMES }

const POOL: PoolView = {
  zone: 'a.test',
  pool: 'www',
  policy: 'failover',
  check: WEB,
  names: [{ name: 'www.a.test', ttl: 30, ttlMin: 5, ttlNow: { ipv4: 12, ipv6: 5 } }],
  selections: [
    {
      family: 'ipv4',
      mode: 'serving',
      endpoints: ['backup'],
      addresses: ['192.0.2.2'],
      reason: { kind: 'failover', cause: 'down', from: 'primary' },
      why: 'primary is down: status 503',
      since: AT,
    },
  ],
  overrides: [],
  endpoints: [
    {
      name: 'primary',
      addresses: [
        address('192.0.2.1', {
          verdict: 'down',
          verdictAgeSeconds: 1.4,
          lastOutcome: { kind: 'fail', reason: 'status', detail: 'status 503', latencyMs: 3, at: AT },
        }),
      ],
    },
    { name: 'backup', addresses: [address('192.0.2.2', { verdict: 'unknown', selected: true })] },
  ],
}

const DRAIN: OverrideView = {
  kind: 'drain',
  endpoint: 'primary',
  reason: 'new disks',
  author: 'alice',
  since: AT,
  expires: LATER,
  volatile: false,
}

function address(text: string, more: Partial<AddressView> = {}): AddressView {
  return { address: text, family: 'ipv4', verdict: 'up', passes: 0, fails: 0, selected: false, ...more }
}

/** Without the final newline. */
function textOf(...pools: readonly PoolView[]): string[] {
  return statusText(pools, [], WIDE).slice(0, -1).split('\n')
}

describe('a pool', () => {
  it('is what it answers and why, then each address and what its last probe saw', () => {
    assert.deepEqual(textOf(POOL), [
      'a.test/www: failover, http check web',
      '  answers for www.a.test',
      '  A     192.0.2.2  (backup, TTL 12)',
      `        since ${AT}: primary is down: status 503`,
      '  primary  192.0.2.1  down     fail: status 503, 1 s ago',
      '  backup   192.0.2.2  unknown  not probed yet',
    ])
  })

  it('without a health check, a name or an answer says so', () => {
    const { check: _, ...rest } = POOL
    const [selection = assert.fail()] = POOL.selections
    const selections = [{ ...selection, mode: 'all-down', endpoints: [], addresses: [] } as const]
    assert.deepEqual(textOf({ ...rest, names: [], selections }), [
      'a.test/www: failover, no health check',
      '  A     no data  (all-down, TTL -)',
      `        since ${AT}: primary is down: status 503`,
      '  primary  192.0.2.1  down     fail: status 503, 1 s ago',
      '  backup   192.0.2.2  unknown  not probed yet',
    ])
  })

  it('of several is apart from the next by an empty line', () => {
    const lines = textOf(POOL, { ...POOL, pool: 'api' })
    assert.deepEqual(lines.slice(6, 8), ['', 'a.test/api: failover, http check web'])
    assert.match(statusText([], [], WIDE).replaceAll('\n ', ''), /^no pools: .*understudy check.*\n$/)
  })

  it('has what operators and windows say, and what they make of each endpoint', () => {
    const overrides: OverrideView[] = [
      DRAIN,
      { ...DRAIN, endpoint: 'old', reason: '', noEffect: 'there is no such endpoint' },
      { kind: 'maintenance', endpoint: 'backup', reason: '', author: 'configuration', volatile: false },
    ]
    const endpoints = POOL.endpoints.map(endpoint => ({ ...endpoint, effect: 'drained' as const }))
    assert.deepEqual(textOf({ ...POOL, overrides, endpoints }).slice(4), [
      `  drain primary until ${LATER} (by alice: new disks)`,
      `  drain old until ${LATER} (by alice), of no effect: there is no such endpoint`,
      '  maintenance backup (by configuration)',
      '  primary  192.0.2.1  down (drained)     fail: status 503, 1 s ago',
      '  backup   192.0.2.2  unknown (drained)  not probed yet',
    ])
  })

  it('tells until when an address is held', () => {
    const endpoints = [{ name: 'primary', addresses: [address('192.0.2.1', { heldUntil: LATER })] }]
    assert.equal(
      textOf({ ...POOL, endpoints }).at(-1),
      `  primary  192.0.2.1  up (held until ${LATER})  not probed yet`,
    )
  })

  it('under a heartbeat waits for reports, not for probes', () => {
    const check = { name: 'alive', type: 'heartbeat', graceMs: 5000, ...TIMES } as const
    const endpoints = [{ name: 'primary', addresses: [address('192.0.2.1', { verdict: 'unknown' })] }]
    assert.deepEqual(textOf({ ...POOL, check, endpoints }).slice(0, 1), [
      'a.test/www: failover, heartbeat check alive',
    ])
    assert.equal(textOf({ ...POOL, check, endpoints }).at(-1), '  primary  192.0.2.1  unknown  no report yet')
  })
})

describe('an endpoint without addresses', () => {
  const standing = (family: 'ipv4' | 'ipv6' | 'cname', said: 'up' | 'down') =>
    ({ family, standing: said, selected: false }) as const

  it('that is a pool has its standing, in each family where they differ', () => {
    const endpoints: PoolView['endpoints'] = [
      {
        name: 'site-a',
        pool: 'a',
        standings: [standing('ipv4', 'up'), standing('ipv6', 'up')],
        addresses: [],
      },
      { name: 'b', pool: 'b', standings: [standing('ipv4', 'up'), standing('ipv6', 'down')], addresses: [] },
      { name: 'c', pool: 'c', standings: [], effect: 'forced-up', addresses: [] },
    ]
    const { check: _, ...unchecked } = POOL
    assert.equal(textOf({ ...unchecked, endpoints }).at(0), 'a.test/www: failover, of pools')
    assert.deepEqual(textOf({ ...POOL, endpoints }).slice(4), [
      '  site-a  pool a  up',
      '  b       pool b  A up, AAAA down',
      '  c       pool c  unknown (forced-up)',
    ])
  })

  it('that is a hostname has its standing, and is answered as a CNAME', () => {
    const [selection = assert.fail()] = POOL.selections
    const lines = textOf({
      ...POOL,
      names: [{ name: 'www.a.test', ttl: 30, ttlMin: 5, ttlNow: { cname: 30 } }],
      selections: [{ ...selection, family: 'cname', endpoints: ['cdn'], addresses: ['cdn.example.net'] }],
      endpoints: [
        { name: 'cdn', hostname: 'cdn.example.net', standings: [standing('cname', 'up')], addresses: [] },
        { name: 'backup', hostname: 'b.example.net', addresses: [address('192.0.2.2')] },
      ],
    })
    assert.deepEqual(lines.slice(2), [
      '  CNAME cdn.example.net  (cdn, TTL 30)',
      `        since ${AT}: primary is down: status 503`,
      '  cdn     cdn.example.net            up',
      '  backup  192.0.2.2 (b.example.net)  up  not probed yet',
    ])
  })
})

it('overrides on pools that are gone come last; those of the pools shown are not told twice', () => {
  const noEffect = 'there is no such pool'
  const lost = [
    { zone: 'a.test', pool: 'www', ...DRAIN, noEffect: 'there is no such endpoint' },
    { zone: 'gone.test', pool: 'www', ...DRAIN, noEffect },
    { zone: 'gone.test', pool: 'api', ...DRAIN, noEffect },
  ]
  assert.deepEqual(statusText([POOL], lost, WIDE).split('\n').slice(6), [
    '',
    `drain gone.test/www/primary until ${LATER} (by alice: new disks), of no effect: there is no such pool`,
    `drain gone.test/api/primary until ${LATER} (by alice: new disks), of no effect: there is no such pool`,
    '',
  ])
})

it('a pool is found by its zone, itself, both, and the names that it answers for, with a final dot or without', () => {
  for (const name of ['a.test', 'A.test.', 'www', 'a.test/www', 'a.test./WWW', 'www.a.test', 'www.a.test.'])
    assert.ok(isCalled(POOL, name), name)
  for (const name of ['b.test', 'a.test/api', 'a.test../www', '', '.']) assert.ok(!isCalled(POOL, name), name)
})
