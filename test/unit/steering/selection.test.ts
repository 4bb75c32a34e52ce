import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Pool } from '#steering/pool.ts'
import { type Reason, reasonToText, type Selection, sameSelection } from '#steering/selection.ts'
import { address, poolOf, type SignOf, selectBy } from './pools.ts'

const A: Selection = {
  mode: 'serving',
  endpoints: ['primary'],
  addresses: [address('192.0.2.1')],
  reason: { kind: 'initial' },
}

describe('two selections', () => {
  it('are the same whatever the reason', () => {
    assert.ok(sameSelection(A, { ...A, reason: { kind: 'failback', from: 'backup' } }))
  })

  it('differ by mode, endpoint or address', () => {
    assert.ok(!sameSelection(A, { ...A, mode: 'all-down' }))
    assert.ok(!sameSelection(A, { ...A, endpoints: ['backup'] }))
    assert.ok(!sameSelection(A, { ...A, addresses: [address('192.0.2.2')] }))
    assert.ok(!sameSelection(A, { ...A, addresses: [...A.addresses, address('192.0.2.2')] }))
  })
})

describe('a family without an answer says why that is so now', () => {
  const pool: Pool = {
    ...poolOf({ primary: ['192.0.2.1', '2001:db8::1'], backup: ['192.0.2.2', '2001:db8::2'] }),
    whenAllDown: { kind: 'nodata' },
  }
  const ipv6Down: SignOf = ({ family }) => (family === 'ipv6' ? 'down' : 'up')

  it('the whole pool is down, after this family alone was', () => {
    const one = selectBy(pool, ipv6Down, {})
    assert.equal(one.ipv6?.reason.kind, 'family-down')
    const all = selectBy(pool, () => 'down', one)
    assert.deepEqual([all.ipv4?.reason.kind, all.ipv6?.reason.kind], ['all-down', 'all-down'])
  })

  it('only this family is, after the whole pool was', () => {
    const all = selectBy(
      pool,
      () => 'down',
      selectBy(pool, () => 'up', {}),
    )
    const one = selectBy(pool, ipv6Down, all)
    assert.deepEqual([one.ipv4?.mode, one.ipv6?.mode], ['serving', 'none'])
    assert.equal(one.ipv6?.reason.kind, 'family-down')
    assert.equal(selectBy(pool, ipv6Down, one).ipv6, one.ipv6, 'nothing has changed since')
  })
})

it('a reason in words', () => {
  const words: readonly (readonly [Reason, string])[] = [
    [{ kind: 'initial' }, 'first selection: what is not down'],
    [{ kind: 'failover', from: 'primary', cause: 'down' }, 'primary is down'],
    [{ kind: 'failback', from: 'backup' }, 'up again and preferred to backup'],
    [{ kind: 'addresses' }, 'other addresses or weights are in force now'],
    [{ kind: 'recovery' }, 'usable again'],
    [{ kind: 'all-down', rule: 'primary' }, 'every endpoint is down; when-all-down: primary'],
    [{ kind: 'family-down' }, 'no endpoint is usable in this address family'],
  ]
  for (const [reason, text] of words) assert.equal(reasonToText(reason), text)
})
