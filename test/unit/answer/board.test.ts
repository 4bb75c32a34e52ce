/** The writing side of the board, and its shape. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { BoardWriter, createBoard, type SlotContent, SlotKind, slotBytes } from '#answer/board.ts'
import { BoardReader } from '#answer/board-reader.ts'
import { seededRandom } from '#base/random.ts'

const TYPE_A = 1
const TTL = { minSeconds: 5, maxSeconds: 30 } as const

function records(count: number, nextChangeMs?: number): SlotContent {
  const data = Array.from({ length: count }, (_, i) => Uint8Array.of(192, 0, 2, i))
  return { kind: 'records', type: TYPE_A, data, ttl: { ...TTL, nextChangeMs } }
}

function taken(reader: BoardReader, slot: number): { kind: number; recordCount: number } {
  reader.take(slot)
  return { kind: reader.kind, recordCount: reader.recordCount }
}

function ttlAt(reader: BoardReader, nowMs: number): number {
  const bytes = new Uint8Array(64)
  reader.take(0)
  reader.write(bytes, 0, 0xc00c, nowMs)
  return new DataView(bytes.buffer).getUint32(6)
}

describe('publishing', () => {
  it('fills a slot to its last byte', () => {
    const board = createBoard([slotBytes(3, 4)])
    assert.equal(new BoardWriter(board).publish(0, records(3)), true)
    assert.deepEqual(taken(new BoardReader(board, seededRandom(1)), 0), {
      kind: SlotKind.records,
      recordCount: 3,
    })
  })

  it('of what is too large for the slot says so, and changes nothing in it or beside it', () => {
    const board = createBoard([slotBytes(2, 4), slotBytes(2, 4), slotBytes(2, 4)])
    const writer = new BoardWriter(board)
    for (const slot of [0, 1, 2]) writer.publish(slot, records(1 + (slot & 1)))
    const before = new Uint8Array(board).slice()
    assert.equal(writer.publish(1, records(3)), false)
    assert.deepEqual(new Uint8Array(board), before)
    assert.equal(writer.publish(1, { kind: 'nodata' }), true)
    assert.deepEqual(taken(new BoardReader(board, seededRandom(1)), 1), {
      kind: SlotKind.nodata,
      recordCount: 0,
    })
  })

  it('to a slot of nothing takes NODATA and SERVFAIL, but no record', () => {
    const board = createBoard([0])
    const writer = new BoardWriter(board)
    assert.deepEqual(
      [records(1), { kind: 'nodata' } as const, { kind: 'servfail' } as const].map(content =>
        writer.publish(0, content),
      ),
      [false, true, true],
    )
  })

  it('to a slot is in all that share its place, and in no other', () => {
    const board = createBoard([slotBytes(2, 4), slotBytes(1, 4)], [0, 1, 0])
    const writer = new BoardWriter(board)
    const reader = new BoardReader(board, seededRandom(1))
    const counts = (): number[] => [0, 1, 2].map(slot => taken(reader, slot).recordCount)
    writer.publish(2, records(2))
    assert.deepEqual(counts(), [2, 0, 2])
    writer.publish(1, records(1))
    writer.publish(0, records(1))
    assert.deepEqual(counts(), [1, 1, 1])
    assert.equal(writer.publish(1, records(2)), false)
  })

  it('to a slot that is not there is a mistake of the caller', () => {
    const writer = new BoardWriter(createBoard([16]))
    for (const slot of [1, -1]) assert.throws(() => writer.publish(slot, records(1)), RangeError)
  })

  it('of a change that is long over leaves the least TTL, also from before the clock began', () => {
    const board = createBoard([slotBytes(1, 4)])
    const writer = new BoardWriter(board)
    const reader = new BoardReader(board, seededRandom(1))
    for (const changeMs of [0, -1, -60_000, -(2 ** 40)]) {
      writer.publish(0, records(1, changeMs))
      assert.equal(ttlAt(reader, 20_000), TTL.minSeconds, String(changeMs))
    }
    writer.publish(0, records(1, undefined))
    assert.equal(ttlAt(reader, 20_000), TTL.maxSeconds)
  })
})
