/** The truth table of `alert/announcement.ts`. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Announcement, endOf, eventsOf, type Teller } from '#alert/announcement.ts'
import type { AlertEvent } from '#alert/event.ts'
import type { SelectionAnnouncement } from '#alert/selection-said.ts'
import type { Cause, Reason } from '#steering/selection.ts'

const TELLER: Teller = { node: 'ns1', wallMs: 1_767_225_600_000, newId: () => 'id' }

function selection(reason: Reason, said: Partial<SelectionAnnouncement> = {}): SelectionAnnouncement {
  return {
    kind: 'selection',
    zone: 'lb.test',
    pool: 'www',
    family: 'ipv4',
    from: 'a',
    to: 'b',
    endpoints: ['b'],
    why: 'because',
    reason,
    several: false,
    servedFirst: false,
    servesFirst: false,
    ...said,
  }
}

/** `kind severity key`, with `!` where it lasts and `ends …`. */
function line({ kind, severity, key, lasts, resolves }: AlertEvent): string {
  return `${kind} ${severity} [${key}]${lasts ? '!' : ''}${resolves === undefined ? '' : ` ends [${resolves}]`}`
}

const left = (cause: Cause): Reason => ({ kind: 'failover', from: 'a', cause })
const FIRST = { servesFirst: true }
const FAILOVER = 'failover warning [failover lb.test www ipv4]!'
const MOVED = 'failover info [failover lb.test www ipv4]!'
const FAILBACK = 'failback info [failback lb.test www ipv4] ends [failover lb.test www ipv4]'
const RECOVERED = 'all-down-over info [all-down-over lb.test www ipv4] ends [all-down lb.test www ipv4]'
const gone = (endpoint: string): string => `failover warning [failover lb.test www ipv4 ${endpoint}]!`
const joined = (endpoint: string): string =>
  `failback info [failback lb.test www ipv4 ${endpoint}] ends [failover lb.test www ipv4 ${endpoint}]`
const members = (left: readonly string[], joined: readonly string[]): Reason => ({
  kind: 'members',
  joined,
  left,
})
const CERTIFICATE = 'certificate-expires lb.test www a 192.0.2.1'
const certificate = {
  kind: 'certificate',
  zone: 'lb.test',
  pool: 'www',
  endpoint: 'a',
  address: '192.0.2.1',
  detail: 'd',
} as const

const TABLE: readonly (readonly [what: string, Announcement, readonly string[]])[] = [
  ['first', selection({ kind: 'initial' }, FIRST), []],
  ['down', selection(left('down'), { servedFirst: true }), [FAILOVER]],
  ['down, further on', selection(left('down')), [FAILOVER]],
  ['held', selection(left('held')), [FAILOVER]],
  ['drained', selection(left('drained')), [MOVED]],
  ['forced down', selection(left('forced-down')), [MOVED]],
  ['removed', selection(left('removed')), [MOVED]],
  ['back', selection({ kind: 'failback', from: 'b' }, FIRST), [FAILBACK]],
  [
    'back to the second',
    selection({ kind: 'failback', from: 'c' }),
    ['failback info [failback lb.test www ipv4]'],
  ],
  [
    'all down, whatever is answered',
    selection({ kind: 'all-down', rule: 'primary' }),
    ['all-down critical [all-down lb.test www ipv4]!'],
  ],
  ['family down', selection({ kind: 'family-down' }, { servedFirst: true }), [FAILOVER]],
  ['recovery at the first', selection({ kind: 'recovery' }, FIRST), [RECOVERED, FAILBACK]],
  ['recovery at the second', selection({ kind: 'recovery' }), [RECOVERED, FAILOVER]],
  [
    'recovery of several',
    selection({ kind: 'recovery' }, { several: true, endpoints: ['a', 'c'] }),
    [RECOVERED, joined('a'), joined('c')],
  ],
  ['members', selection(members(['a', 'b'], ['c']), { several: true }), [gone('a'), gone('b'), joined('c')]],
  ['pinned away', selection({ kind: 'pinned' }, { servedFirst: true }), [MOVED]],
  ['pinned to the first', selection({ kind: 'pinned' }, FIRST), [FAILBACK]],
  ['other addresses', selection({ kind: 'addresses' }, { ...FIRST, servedFirst: true }), []],
  ['other weights', selection({ kind: 'addresses' }, { several: true, servedFirst: true }), []],
  ['unresolved', selection({ kind: 'unresolved' }), []],
  [
    'flapping',
    {
      kind: 'flapping',
      zone: 'lb.test',
      pool: 'www',
      endpoint: 'a',
      address: '192.0.2.1',
      why: 'w',
      heldUntil: 't',
    },
    ['flapping warning [flapping lb.test www a 192.0.2.1]'],
  ],
  [
    'drill',
    { kind: 'drill', zone: 'lb.test', pool: 'www', id: '7', verdict: 'v', detail: 'd' },
    ['drill-failed warning [drill-failed lb.test www 7]'],
  ],
  ['certificate', { ...certificate, expires: true }, [`certificate-expires warning [${CERTIFICATE}]!`]],
  [
    'new certificate',
    { ...certificate, expires: false },
    [`certificate-renewed info [certificate-renewed lb.test www a 192.0.2.1] ends [${CERTIFICATE}]`],
  ],
  ['cut off', { kind: 'cut-off', why: 'w' }, ['cut-off critical [cut-off]!']],
  ['not cut off', { kind: 'cut-off', why: undefined }, ['cut-off-over info [cut-off-over] ends [cut-off]']],
  ['store', { kind: 'store', fault: 'full' }, ['store-fault critical [store-fault]!']],
  [
    'stored again',
    { kind: 'store', fault: undefined },
    ['store-recovered info [store-recovered] ends [store-fault]'],
  ],
  ['restart', { kind: 'restart', what: 'prober', why: 'w' }, ['restart warning [restart prober]']],
  ['reload failed', { kind: 'reload', failed: true, detail: '' }, ['reload-failed warning [reload-failed]!']],
  [
    'reloaded',
    { kind: 'reload', failed: false, detail: '' },
    ['reload-succeeded info [reload-succeeded] ends [reload-failed]'],
  ],
]

describe('what is announced becomes events', () => {
  for (const [what, announcement, expected] of TABLE)
    it(what, () => assert.deepEqual(eventsOf(announcement, TELLER).map(line), expected))

  it('with the evidence, the time, and who says so', () => {
    assert.deepEqual(eventsOf(selection(left('down')), TELLER), [
      {
        id: 'id',
        kind: 'failover',
        severity: 'warning',
        key: 'failover lb.test www ipv4',
        lasts: true,
        zone: 'lb.test',
        pool: 'www',
        family: 'ipv4',
        summary: 'lb.test/www A: failover from a to b',
        detail: 'because',
        atMs: 1_767_225_600_000,
        node: 'ns1',
      },
    ])
  })

  it('whose ends can be made where nobody saw them', () => {
    for (const [, announcement] of TABLE) {
      for (const event of eventsOf(announcement, TELLER).filter(({ lasts }) => lasts)) {
        const { kind, key, resolves, lasts } = endOf(event, TELLER)
        assert.deepEqual([resolves, lasts], [event.key, false])
        assert.notEqual(kind, event.kind)
        assert.notEqual(key, event.key)
      }
    }
  })
})
