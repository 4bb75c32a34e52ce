/** Slots from which each query picks: by weight, or by turns. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { BoardWriter, createBoard, type SlotContent, slotBytes } from '#answer/board.ts'
import { BoardReader } from '#answer/board-reader.ts'
import { seededRandom } from '#base/random.ts'
import type { Pick } from '#steering/selection.ts'

const TTL = { minSeconds: 5, maxSeconds: 30, nextChangeMs: undefined } as const
const RECORD_BYTES = slotBytes(1, 4)
const DRAWS = 100_000

function content(count: number, pick: Pick): SlotContent {
  const data = Array.from({ length: count }, (_, i) => Uint8Array.of(192, 0, 2, i))
  return { kind: 'records', type: 1, data, ttl: TTL, pick }
}

/** Reads the last bytes of the addresses that each of so many queries gets. */
function draw(count: number, pick: Pick, times: number): number[][] {
  const groups = pick.kind === 'weighted' ? pick.groups.length : 0
  const board = createBoard([slotBytes(count, 4, groups)])
  assert.ok(new BoardWriter(board).publish(0, content(count, pick)))
  const reader = new BoardReader(board, seededRandom(7))
  const bytes = new Uint8Array(count * RECORD_BYTES)
  return Array.from({ length: times }, () => {
    reader.take(0)
    const end = reader.write(bytes, 0, 0xc00c, 0)
    assert.equal(end, reader.byteLength)
    assert.equal(end, reader.recordCount * RECORD_BYTES)
    return Array.from({ length: reader.recordCount }, (_, i) => bytes[(i + 1) * RECORD_BYTES - 1] ?? -1)
  })
}

function shares(draws: readonly (readonly number[])[], count: number): number[] {
  const counts = new Array<number>(count).fill(0)
  for (const one of draws) for (const record of one) counts[record] = (counts[record] ?? 0) + 1
  return counts.map(times => times / draws.length)
}

function assertNear(actual: readonly number[], expected: readonly number[]): void {
  for (const [i, share] of expected.entries())
    assert.ok(Math.abs((actual[i] ?? 0) - share) < 0.01, `${actual} is not near ${expected}`)
}

describe('weighted', () => {
  it('gives each group its share', () => {
    const groups = [60, 30, 10].map(weight => ({ records: 1, weight }))
    const draws = draw(3, { kind: 'weighted', answers: 1, groups }, DRAWS)
    assert.ok(draws.every(one => one.length === 1))
    assertNear(shares(draws, 3), [0.6, 0.3, 0.1])
  })

  it('answers all records of a group', () => {
    const groups = [
      { records: 2, weight: 3 },
      { records: 1, weight: 1 },
    ]
    const draws = draw(3, { kind: 'weighted', answers: 1, groups }, 1000)
    assert.deepEqual(new Set(draws.map(String)), new Set(['0,1', '2']))
  })

  it('of several answers each is another group, by the weights of those left', () => {
    const groups = [2, 1, 1].map(weight => ({ records: 1, weight }))
    const draws = draw(3, { kind: 'weighted', answers: 2, groups }, DRAWS)
    assert.ok(draws.every(([a, b, ...rest]) => a !== b && rest.length === 0))
    // The first is there with 1/2, or as second after one of the others: 2 × 1/4 × 2/3.
    assertNear(shares(draws, 3), [5 / 6, 7 / 12, 7 / 12])
  })

  it('of more answers than groups gives all, in any order', () => {
    const groups = [1, 65_535].map(weight => ({ records: 1, weight }))
    const draws = draw(2, { kind: 'weighted', answers: 40, groups }, 1000)
    assert.ok(draws.every(one => [...one].sort().join() === '0,1'))
  })

  it('is refused where a reader could go astray', () => {
    const writer = new BoardWriter(createBoard([1000]))
    for (const groups of [
      [{ records: 1, weight: 0 }],
      [{ records: 2, weight: 1 }],
      [
        { records: 1, weight: 1 },
        { records: 0, weight: 1 },
      ],
    ])
      assert.throws(() => writer.publish(0, content(1, { kind: 'weighted', answers: 1, groups })), RangeError)
    const tooLarge = { kind: 'weighted', answers: 1, groups: [{ records: 1, weight: 1 }] } as const
    assert.equal(new BoardWriter(createBoard([RECORD_BYTES])).publish(0, content(1, tooLarge)), false)
  })
})

describe('by turns', () => {
  it('begins anywhere, and gives so many one after the other', () => {
    const draws = draw(5, { kind: 'rotate', answers: 3 }, DRAWS)
    assert.deepEqual(new Set(draws.map(String)), new Set(['0,1,2', '1,2,3', '2,3,4', '3,4,0', '4,0,1']))
    assertNear(shares(draws, 5), [0.6, 0.6, 0.6, 0.6, 0.6])
  })

  it('gives all where it may', () => {
    const draws = draw(3, { kind: 'rotate', answers: 3 }, 1000)
    assert.deepEqual(new Set(draws.map(String)), new Set(['0,1,2', '1,2,0', '2,0,1']))
  })
})

it('is taken anew after each publication', () => {
  const board = createBoard([slotBytes(3, 4, 3)])
  const writer = new BoardWriter(board)
  const reader = new BoardReader(board, seededRandom(1))
  const groups = [1, 1, 1].map(weight => ({ records: 1, weight }))
  const steps: readonly (readonly [SlotContent, number])[] = [
    [content(3, { kind: 'weighted', answers: 2, groups }), 2],
    [content(3, { kind: 'rotate', answers: 3 }), 3],
    [{ kind: 'nodata' }, 0],
    [content(3, { kind: 'weighted', answers: 1, groups }), 1],
    [{ kind: 'records', type: 1, data: [Uint8Array.of(192, 0, 2, 9)], ttl: TTL }, 1],
  ]
  for (const [step, expected] of steps) {
    writer.publish(0, step)
    reader.take(0)
    assert.equal(reader.recordCount, expected)
  }
})
