/** What `understudy explain` prints, as a page that can be read. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { explanationText } from '#cli/explain.ts'
import type { AddressExplanation, Explanation } from '#control/explanation.ts'

const AT = '2026-11-24T03:12:00.000Z'

function address(text: string, said: Partial<AddressExplanation>): AddressExplanation {
  const base = {
    address: text,
    family: 'ipv4',
    verdict: 'up',
    passes: 2,
    fails: 0,
    selected: false,
    doubted: false,
  } as const
  return { ...base, ...said }
}

const FAILED_OVER: Explanation = {
  node: 'ns1',
  at: AT,
  name: 'shop.example.com',
  type: 'A',
  steps: [
    {
      kind: 'alias',
      name: 'shop.example.com',
      why: 'an alias (CNAME) to www.lb.example.com',
      zone: 'example.com',
    },
    {
      kind: 'managed',
      name: 'www.lb.example.com',
      why: 'a managed name: a pool answers',
      zone: 'lb.example.com',
    },
  ],
  pool: {
    zone: 'lb.example.com',
    pool: 'www',
    policy: 'failover',
    rules: ['failback manual', 'when-all-down primary'],
    selection: {
      family: 'ipv4',
      mode: 'serving',
      endpoints: ['backup'],
      addresses: ['203.0.113.2'],
      reason: { kind: 'failover', from: 'primary', cause: 'down' },
      why: 'primary is down: no answer in 4s',
      since: '2026-11-24T03:00:00.000Z',
    },
    check: {
      name: 'web',
      type: 'https',
      intervalMs: 10_000,
      fastIntervalMs: 1000,
      timeoutMs: 4000,
      rise: 2,
      fall: 3,
    },
    overrides: [
      {
        kind: 'drain',
        endpoint: 'third',
        reason: 'new disks',
        author: 'alice',
        expires: '2026-11-24T04:00:00.000Z',
        volatile: false,
      },
    ],
    endpoints: [
      {
        name: 'primary',
        code: 'failback-manual',
        why: 'up and preferred to backup, but failback is manual: understudy failback returns to it',
        standing: 'up',
        addresses: [
          address('203.0.113.1', {
            since: '2026-11-24T03:10:00.000Z',
            lastOutcome: {
              kind: 'pass',
              reason: 'ok',
              detail: 'status 200',
              latencyMs: 12,
              at: '2026-11-24T03:11:57.000Z',
            },
          }),
        ],
      },
      {
        name: 'backup',
        code: 'served',
        why: 'answered in place of those before it',
        standing: 'up',
        addresses: [
          address('203.0.113.2', {
            fails: 1,
            passes: 0,
            selected: true,
            since: '2026-11-22T03:00:00.000Z',
            lastOutcome: {
              kind: 'fail',
              reason: 'status',
              detail: 'status 503',
              latencyMs: 9,
              at: '2026-11-24T03:11:59.000Z',
            },
          }),
        ],
      },
      {
        name: 'third',
        code: 'drained',
        why: 'drained',
        standing: 'drained',
        addresses: [address('203.0.113.3', {})],
      },
    ],
  },
  ttl: { seconds: 5, why: 'ttl-min: what is answered could be down in 2 s: a check has begun to fail' },
  answer: {
    rcode: 'NOERROR',
    flags: ['qr', 'aa'],
    answer: ['shop.example.com. 300 IN CNAME www.lb.example.com.', 'www.lb.example.com. 5 IN A 203.0.113.2'],
    authority: [],
    additional: [],
    bytes: 98,
  },
}

describe('explain prints', () => {
  it('what is answered, where the name leads, and why each endpoint is served or not', () => {
    assert.equal(
      explanationText(FAILED_OVER, 120),
      `shop.example.com A, as ns1 answers it at 2026-11-24T03:12:00.000Z:
  NOERROR, authoritative
  shop.example.com. 300 IN CNAME www.lb.example.com.
  www.lb.example.com. 5 IN A 203.0.113.2

The name
  shop.example.com: an alias (CNAME) to www.lb.example.com (zone example.com)
  www.lb.example.com: a managed name: a pool answers (zone lb.example.com)

Pool lb.example.com/www: failover, failback manual, when-all-down primary
  A backup since 2026-11-24T03:00:00.000Z (12 min ago): primary is down: no answer in 4s
  override: drain third until 2026-11-24T04:00:00.000Z, by alice: new disks
   - primary, up and preferred to backup, but failback is manual: understudy failback returns to it
       203.0.113.1: up since 2026-11-24T03:10:00.000Z
         pass 3 s ago: status 200; passes in a row 2 of 2 (rise), fails 0 of 3 (fall)
  -> backup, up: answered in place of those before it
       203.0.113.2: up since 2026-11-22T03:00:00.000Z
         fail 1 s ago: status 503; passes in a row 0 of 2 (rise), fails 1 of 3 (fall)
   - third, drained
       203.0.113.3: up
         nothing seen yet; passes in a row 2 of 2 (rise), fails 0 of 3 (fall)

TTL 5: ttl-min: what is answered could be down in 2 s: a check has begun to fail
`,
    )
  })

  it('a name that is not there', () => {
    const { pool: _, ...rest } = FAILED_OVER
    const soa =
      'lb.example.com. 300 IN SOA ns1.lb.example.com. hostmaster.lb.example.com. 1 7200 3600 1209600 300'
    const gone: Explanation = {
      ...rest,
      name: 'wwww.lb.example.com',
      steps: [
        {
          kind: 'no-name',
          name: 'wwww.lb.example.com',
          why: 'there is no such name: the nearest one above it that exists is lb.example.com',
          zone: 'lb.example.com',
        },
      ],
      ttl: { seconds: 300, why: 'a negative answer' },
      answer: {
        rcode: 'NXDOMAIN',
        flags: ['qr', 'aa'],
        answer: [],
        authority: [soa],
        additional: [],
        bytes: 90,
      },
    }
    assert.equal(
      explanationText(gone, 80),
      `wwww.lb.example.com A, as ns1 answers it at 2026-11-24T03:12:00.000Z:
  NXDOMAIN, authoritative
  lb.example.com. 300 IN SOA ns1.lb.example.com. hostmaster.lb.example.com. 1
      7200 3600 1209600 300

The name
  wwww.lb.example.com: there is no such name: the nearest one above it that
      exists is lb.example.com (zone lb.example.com)

TTL 300: a negative answer
`,
    )
  })

  it('a hostname, a pool in it, parts of a check, and a node that is cut off', () => {
    const part = { verdict: 'down', passes: 0, fails: 0, type: 'tcp', check: 'port' } as const
    const { check: web, ...pool } = FAILED_OVER.pool ?? assert.fail()
    const below = { ...pool, pool: 'eu', overrides: [], endpoints: [] }
    const port = { ...(web ?? assert.fail()), name: 'port', fall: 4 }
    const text = explanationText(
      {
        ...FAILED_OVER,
        cutOff: { why: 'no reference is reached', silent: true },
        pool: {
          ...pool,
          overrides: [],
          check: { name: 'both', type: 'all', of: [port] },
          endpoints: [
            {
              name: 'one',
              code: 'served',
              why: 'answered',
              addresses: [address('203.0.113.9', { parts: [part], heldUntil: AT, heldBy: 'flap' })],
              hostname: { name: 'one.example.net', resolved: '2026-11-24T03:08:00.000Z', alarm: 'no answer' },
              pool: below,
            },
          ],
        },
      },
      200,
    )
    for (const expected of [
      'Cut off: no reference is reached\n  so every managed name is answered SERVFAIL',
      '     hostname one.example.net, resolved 4 min ago; alarm: no answer\n',
      '203.0.113.9: up, held until 2026-11-24T03:12:00.000Z: flaps\n',
      'port (tcp): down, nothing seen yet; passes in a row 0 of 2 (rise), fails 0 of 4 (fall)\n',
      '\n       Pool lb.example.com/eu: failover',
    ])
      assert.ok(text.includes(expected), `${expected}\n---\n${text}`)
  })
})
