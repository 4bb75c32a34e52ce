/** Slots from which each query picks: by weight, or by turns. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { BoardWriter, createBoard, type SlotContent, SlotKind, slotBytes } from '#answer/board.ts'
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

/** Reads the data of the records that each of so many queries gets; the slot is as large as it must be. */
function drawData(data: readonly Uint8Array[], pick: Pick, times: number, seed = 1): Uint8Array[][] {
  const longest = Math.max(...data.map(({ length }) => length))
  const board = createBoard([
    slotBytes(data.length, longest, pick.kind === 'weighted' ? pick.groups.length : 0),
  ])
  assert.ok(new BoardWriter(board).publish(0, { kind: 'records', type: 5, data, ttl: TTL, pick }))
  const reader = new BoardReader(board, seededRandom(seed))
  const bytes = new Uint8Array(65_535)
  return Array.from({ length: times }, () => {
    reader.take(0)
    const end = reader.write(bytes, 0, 0xc123, 0)
    assert.equal(end, reader.byteLength)
    const drawn: Uint8Array[] = []
    for (let at = 0; at < end; at += 12 + (drawn.at(-1)?.length ?? 0)) {
      assert.deepEqual(bytes.slice(at, at + 10), Uint8Array.of(0xc1, 0x23, 0, 5, 0, 1, 0, 0, 0, 30))
      const length = ((bytes[at + 10] ?? 0) << 8) | (bytes[at + 11] ?? 0)
      drawn.push(bytes.slice(at + 12, at + 12 + length))
    }
    assert.equal(drawn.length, reader.recordCount)
    return drawn
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

  it('keeps the proportion of the greatest weights', () => {
    const groups = [65_535, 65_535, 32_768].map(weight => ({ records: 1, weight }))
    assertNear(shares(draw(3, { kind: 'weighted', answers: 1, groups }, DRAWS), 3), [0.4, 0.4, 0.2])
  })

  it('gives records of different sizes their shares from the weights alone', () => {
    const data = [1, 255, 16, 100].map((length, i) => new Uint8Array(length).fill(i))
    const groups = [4, 1, 3, 2].map(weight => ({ records: 1, weight }))
    const draws = drawData(data, { kind: 'weighted', answers: 1, groups }, DRAWS)
    assertNear(
      shares(
        draws.map(drawn => drawn.map(([number = -1]) => number)),
        4,
      ),
      [0.4, 0.1, 0.3, 0.2],
    )
  })

  it('gives groups whole, each once and byte for byte, whatever their sizes and however many are wanted', () => {
    const group = fc.record({
      lengths: fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 1, maxLength: 5 }),
      weight: fc.integer({ min: 1, max: 65_535 }),
    })
    const given = fc.array(group, { minLength: 1, maxLength: 30 })
    fc.assert(
      fc.property(given, fc.integer({ min: 1, max: 40 }), fc.integer(), (wanted, answers, seed) => {
        let number = 0
        const members = wanted.map(({ lengths }) =>
          lengths.map(length => new Uint8Array(length).fill(++number)),
        )
        const groups = wanted.map(({ lengths, weight }) => ({ records: lengths.length, weight }))
        for (const drawn of drawData(members.flat(), { kind: 'weighted', answers, groups }, 5, seed))
          assertWhole(drawn, members, Math.min(answers, groups.length))
      }),
    )
  })

  it('takes nearly all of very many, each once', () => {
    const groups = Array.from({ length: 1000 }, (_, i) => ({ records: 1, weight: 1 + i }))
    const data = groups.map((_, i) => Uint8Array.of(i >> 8, i))
    const draws = drawData(data, { kind: 'weighted', answers: 999, groups }, 20)
    assert.deepEqual(new Set(draws.map(drawn => new Set(drawn.map(String)).size)), new Set([999]))
    assert.notDeepEqual(draws[0], draws[1])
  })

  it('has no room in a slot that has none for its groups', () => {
    const groups = [1, 1].map(weight => ({ records: 1, weight }))
    const pick: Pick = { kind: 'weighted', answers: 1, groups }
    const capacity = slotBytes(2, 4, 2)
    for (const [bytes, fits] of [
      [slotBytes(2, 4), false],
      [capacity - 1, false],
      [capacity, true],
    ] as const)
      assert.equal(new BoardWriter(createBoard([bytes])).publish(0, content(2, pick)), fits)
  })
})

/** So many of the groups, with all their records in order, none of them twice. */
function assertWhole(
  drawn: readonly Uint8Array[],
  members: readonly (readonly Uint8Array[])[],
  answers: number,
): void {
  const left = new Set(members)
  let at = 0
  for (let i = 0; i < answers; i++) {
    const same = [...left].find(records =>
      records.every((one, j) => Buffer.compare(one, drawn[at + j] ?? NONE) === 0),
    )
    assert.ok(same !== undefined, `no group has what stands at ${at} of ${drawn.map(String)}`)
    left.delete(same)
    at += same.length
  }
  assert.equal(at, drawn.length)
}

const NONE = Uint8Array.of(255, 255, 255)

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

  it('gives each once where more are wanted than there are', () => {
    for (const answers of [4, 65_536, Number.POSITIVE_INFINITY]) {
      const draws = draw(3, { kind: 'rotate', answers }, 200)
      assert.deepEqual(new Set(draws.map(String)), new Set(['0,1,2', '1,2,0', '2,0,1']))
    }
  })
})

describe('a pick', () => {
  const groups = [1, 2, 3].map(weight => ({ records: 1, weight }))

  it('that cannot be is refused, and nothing is published', () => {
    const board = createBoard([1000])
    const writer = new BoardWriter(board)
    const group = { records: 1, weight: 1 }
    const wrong: (readonly [Pick, RegExp])[] = [
      ...[0, -1, Number.NaN].flatMap(answers => [
        [{ kind: 'rotate', answers } as const, /a pick of/] as const,
        [{ kind: 'weighted', answers, groups: [group, group] } as const, /a pick of/] as const,
      ]),
      [{ kind: 'weighted', answers: 1, groups: [] }, /groups of 0 records, not 2/],
      [{ kind: 'weighted', answers: 1, groups: [group] }, /groups of 1 records, not 2/],
      [{ kind: 'weighted', answers: 1, groups: [group, group, group] }, /groups of 3 records, not 2/],
      ...[0, -1, 0.5, 2 ** 32 + 1].map(
        records =>
          [
            { kind: 'weighted', answers: 1, groups: [group, { records, weight: 1 }] } as const,
            /a group of/,
          ] as const,
      ),
      ...[0, -1, 0.5, 2 ** 32].map(
        weight =>
          [
            { kind: 'weighted', answers: 1, groups: [group, { records: 1, weight }] } as const,
            /a weight of/,
          ] as const,
      ),
    ]
    for (const [pick, message] of wrong)
      assert.throws(
        () => writer.publish(0, content(2, pick)),
        (error: unknown) => error instanceof RangeError && message.test(error.message),
        JSON.stringify(pick),
      )
    const uneven = [Uint8Array.of(1), Uint8Array.of(1, 2)]
    const rotate = { kind: 'rotate', answers: 1 } as const
    assert.throws(
      () => writer.publish(0, { kind: 'records', type: 5, data: uneven, ttl: TTL, pick: rotate }),
      /different sizes cannot be rotated/,
    )
    assert.deepEqual(new Uint8Array(board), new Uint8Array(createBoard([1000])))
  })

  it('of nothing is NODATA', () => {
    const board = createBoard([1000])
    const writer = new BoardWriter(board)
    const reader = new BoardReader(board, seededRandom(1))
    const picks: readonly Pick[] = [
      { kind: 'rotate', answers: 2 },
      { kind: 'weighted', answers: 2, groups: [] },
    ]
    for (const pick of picks) {
      writer.publish(0, content(3, { kind: 'rotate', answers: 3 }))
      writer.publish(0, content(0, pick))
      reader.take(0)
      assert.deepEqual([reader.kind, reader.recordCount, reader.byteLength], [SlotKind.nodata, 0, 0])
    }
  })

  it('is the same for the same seed, and another for another', () => {
    const data = groups.map((_, i) => Uint8Array.of(i))
    for (const pick of [
      { kind: 'rotate', answers: 2 },
      { kind: 'weighted', answers: 2, groups },
    ] as const) {
      assert.deepEqual(drawData(data, pick, 20, 7), drawData(data, pick, 20, 7))
      assert.notDeepEqual(drawData(data, pick, 20, 7), drawData(data, pick, 20, 8))
    }
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
