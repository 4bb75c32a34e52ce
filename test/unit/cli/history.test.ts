import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { stripVTControlCharacters } from 'node:util'
import { agoText } from '#cli/ago.ts'
import { historyText } from '#cli/history.ts'
import type { TransitionView } from '#control/view.ts'

const PLACE = { zone: 'lb.example.com', pool: 'www', reason: {} } as const
const TRANSITIONS: readonly TransitionView[] = [
  {
    ...PLACE,
    at: '2026-11-24T03:00:00.120Z',
    kind: 'verdict',
    family: 'ipv4',
    endpoint: 'primary',
    address: '203.0.113.1',
    from: 'up',
    to: 'down',
    why: '3 fails: no answer in 4s',
  },
  {
    ...PLACE,
    at: '2026-11-24T03:00:00.121Z',
    kind: 'selection',
    family: 'ipv4',
    from: 'primary',
    to: 'backup',
    why: 'primary is down: no answer in 4s',
  },
  {
    ...PLACE,
    at: '2026-11-24T03:05:00.000Z',
    kind: 'override',
    endpoint: 'primary',
    from: 'none',
    to: 'drain',
    why: 'set by alice, until 2026-11-24T04:00:00.000Z: new disks',
  },
]

describe('history is a table', () => {
  it('that fits the terminal', () => {
    assert.equal(
      historyText(TRANSITIONS, { columns: 132, colour: false }),
      `2026-11-24 03:00:00Z  lb.example.com/www/primary 203.0.113.1  up -> down         3 fails: no answer in 4s
2026-11-24 03:00:00Z  lb.example.com/www A                    primary -> backup  primary is down: no answer in 4s
2026-11-24 03:05:00Z  lb.example.com/www/primary              none -> drain      set by alice, until 2026-11-24T04:00:00.000Z: new
                                                                                 disks
`,
    )
  })

  it('with the reasons below where it is narrow', () => {
    assert.equal(
      historyText(TRANSITIONS.slice(1, 2), { columns: 61, colour: false }),
      `2026-11-24 03:00:00Z  lb.example.com/www A  primary -> backup
  primary is down: no answer in 4s
`,
    )
    assert.equal(
      historyText(TRANSITIONS.slice(1, 2), { columns: 60, colour: false }),
      `2026-11-24 03:00:00Z  lb.example.com/www A
  primary -> backup
  primary is down: no answer in 4s
`,
    )
  })

  it('in colours only where they are wanted, and as wide as without', () => {
    const text = historyText(TRANSITIONS, { columns: 132, colour: true })
    assert.ok(text.includes('\x1b[31mup -> down       \x1b[0m'))
    const plain = historyText(TRANSITIONS, { columns: 132, colour: false })
    assert.equal(stripVTControlCharacters(text), plain)
  })
})

it('says how long ago something was', () => {
  const ago = (seconds: number) => agoText(new Date(0).toISOString(), new Date(seconds * 1000).toISOString())
  assert.deepEqual([5, 119, 120, 7199, 7200, 200_000, -3].map(ago), [
    '5 s ago',
    '119 s ago',
    '2 min ago',
    '119 min ago',
    '2 h ago',
    '2 d ago',
    '0 s ago',
  ])
})
