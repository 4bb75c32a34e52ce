import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ANSWER_KINDS } from '../../../bench/answer-kinds.ts'
import { kindsPart } from '../../../bench/kinds-report.ts'

const rounds = { rounds: 2, seconds: 1, warmUpSeconds: 1 }
const titles = ANSWER_KINDS.map(({ title }) => title)

/** Two rounds of a server in which plain answers cost 5 and 10 µs, and the others so many times that; once where not told. */
function peerWith(
  times: Readonly<Record<string, number>>,
  unanswered: Readonly<Record<string, number>> = {},
) {
  return {
    name: 'Understudy',
    version: '1',
    perCpuSecond: titles.map(title => [200_000, 100_000].map(plain => plain / (times[title] ?? 1))),
    unanswered: titles.map(title => unanswered[title] ?? 0),
  }
}

test('a kind is set beside the plain answer of the same round', () => {
  const text = kindsPart({ rounds, peers: [peerWith({ wildcard: 1.2 })], missing: [] })
  assert.match(text, /^\| wildcard \| 9\.00 \| 1\.20 \(1\.20–1\.20\) \|$/m)
  assert.match(text, /^\| plain \| 7\.50 \| – \|$/m)
})

test('the bound is kept if nothing but TCP is over it, and the dearest of the others is named', () => {
  const tcp = titles.find(title => title.startsWith('TCP')) ?? ''
  const text = kindsPart({ rounds, peers: [peerWith({ [tcp]: 3, NXDOMAIN: 1.4 })], missing: [] })
  assert.match(text, /This run: kept, the dearest is NXDOMAIN at 1\.40\./)
})

test('every kind over the bound is named, the dearest first', () => {
  const text = kindsPart({ rounds, peers: [peerWith({ wildcard: 1.6, delegation: 2 })], missing: [] })
  assert.match(text, /This run: broken by delegation at 2\.00, wildcard at 1\.60\./)
})

test('lost queries and absent servers are shown', () => {
  const peers = [peerWith({}, { delegation: 3 })]
  const text = kindsPart({ rounds, peers, missing: ['Knot'] })
  assert.match(text, /Understudy, delegation: 3\./)
  assert.match(text, /not measured: Knot\.$/)
})
