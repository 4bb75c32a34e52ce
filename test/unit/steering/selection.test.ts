import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Reason, reasonToText, type Selection, sameSelection } from '#steering/selection.ts'
import { address } from './pools.ts'

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
