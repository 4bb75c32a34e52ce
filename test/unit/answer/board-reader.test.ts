import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { Worker } from 'node:worker_threads'
import fc from 'fast-check'
import {
  BoardWriter,
  createBoard,
  HalfWord,
  halfWords,
  type SlotContent,
  SlotKind,
  SlotWord,
  slotBytes,
} from '#answer/board.ts'
import { BoardReader } from '#answer/board-reader.ts'
import { seededRandom } from '#base/random.ts'

const TYPE_A = 1
const OWNER = 0xc00c
const RECORD_BYTES = slotBytes(1, 4)

function addresses(last: number, count: number, nextChangeMs?: number): SlotContent {
  const data = Array.from({ length: count }, () => Uint8Array.of(192, 0, 2, last))
  return { kind: 'records', type: TYPE_A, data, ttl: { minSeconds: 5, maxSeconds: 30, nextChangeMs } }
}

function written(reader: BoardReader, nowMs = 0): Uint8Array {
  const bytes = new Uint8Array(1024)
  return bytes.slice(0, reader.write(bytes, 0, OWNER, nowMs))
}

function ttlOf(record: Uint8Array): number {
  return new DataView(record.buffer).getUint32(6)
}

test('what was published before the reader came is taken', () => {
  const board = createBoard([RECORD_BYTES])
  new BoardWriter(board).publish(0, addresses(1, 1))
  const reader = new BoardReader(board, seededRandom(1))
  reader.take(0)
  assert.equal(reader.kind, SlotKind.records)
  assert.equal(reader.recordCount, 1)
  assert.deepEqual(written(reader), Uint8Array.of(0xc0, 0x0c, 0, 1, 0, 1, 0, 0, 0, 30, 0, 4, 192, 0, 2, 1))
})

test('a slot to which nothing was published answers SERVFAIL', () => {
  const reader = new BoardReader(createBoard([RECORD_BYTES]), seededRandom(1))
  reader.take(0)
  assert.equal(reader.kind, SlotKind.servfail)
  assert.equal(reader.byteLength, 0)
})

test('each publication is taken, whatever it replaces', () => {
  const board = createBoard([slotBytes(3, 4)])
  const writer = new BoardWriter(board)
  const reader = new BoardReader(board, seededRandom(1))
  const steps: SlotContent[] = [
    addresses(1, 3),
    { kind: 'nodata' },
    addresses(2, 1),
    { kind: 'servfail' },
    addresses(3, 2),
  ]
  for (const content of steps) {
    writer.publish(0, content)
    reader.take(0)
    assert.equal(reader.kind, SlotKind[content.kind])
    const records = content.kind === 'records' ? content.data : []
    assert.equal(reader.recordCount, records.length)
    const taken = Array.from({ length: reader.recordCount }, (_, i) =>
      written(reader).slice(i * 16 + 12, i * 16 + 16),
    )
    assert.deepEqual(taken, records)
  }
})

test('slots of different sizes are taken apart, in any order', () => {
  const board = createBoard([slotBytes(1, 4), 0, slotBytes(4, 4), slotBytes(2, 4)])
  const writer = new BoardWriter(board)
  const reader = new BoardReader(board, seededRandom(1))
  const counts = [1, 0, 4, 2]
  counts.forEach((count, slot) => {
    writer.publish(slot, count === 0 ? { kind: 'nodata' } : addresses(10 + slot, count))
  })
  for (const slot of [2, 0, 3, 1, 0, 2]) {
    reader.take(slot)
    assert.equal(reader.recordCount, counts[slot])
    for (let i = 0; i < reader.recordCount; i++) assert.equal(written(reader)[i * 16 + 15], 10 + slot)
  }
})

test('the TTL is the time to the next change, within its limits', () => {
  const board = createBoard([RECORD_BYTES])
  const writer = new BoardWriter(board)
  const reader = new BoardReader(board, seededRandom(1))
  const changeMs = 2 ** 33 + 20_500
  writer.publish(0, addresses(1, 1, changeMs))
  reader.take(0)
  assert.deepEqual(
    [100_000, 20_500, 10_000, 5000, 0, -1000].map(left => ttlOf(written(reader, changeMs - left))),
    [30, 20, 10, 5, 5, 5],
  )
})

test('whatever stands in a slot, and however much of it is said to be there, leads into no other', () => {
  const capacity = slotBytes(3, 5, 2)
  const word = fc.oneof(fc.integer({ min: 0, max: capacity }), fc.nat(2 ** 32 - 1))
  fc.assert(
    fc.property(word, word, fc.nat(1), (byteLength, groupCount, rounds) => {
      const board = createBoard([capacity, slotBytes(1, 4)])
      const words = new Uint32Array(board)
      const writer = new BoardWriter(board)
      writer.publish(1, addresses(7, 1))
      const reader = new BoardReader(board, seededRandom(1))
      for (let i = 0; i <= rounds; i++) writer.publish(0, { kind: 'nodata' })
      const at = words[1] ?? 0
      const seq = words[at + SlotWord.seq] ?? 0
      const half = at + SlotWord.halves + (seq & 1) * halfWords(capacity)
      words.fill(0xffff_ffff, half + HalfWord.size, half + halfWords(capacity))
      words[half + HalfWord.byteLength] = byteLength
      words[half + HalfWord.groupCount] = groupCount
      reader.take(0)
      assert.ok(reader.byteLength <= capacity)
      reader.take(1)
      assert.deepEqual(written(reader).slice(12), Uint8Array.of(192, 0, 2, 7))
      assert.equal(reader.kind, SlotKind.records)
    }),
  )
})

test('no answer is made of two publications while another thread publishes without pause', async () => {
  const reader = await readWhile(slotBytes(8, 4), PUBLISHER, takeWhole)
  assert.deepEqual(takeWhole(reader), Uint8Array.of(ROUNDS & 255, (ROUNDS >> 8) & 255, ROUNDS & 7, 0))
})

test('nor is one that is picked of records whose sizes differ', async () => {
  const reader = await readWhile(slotBytes(24, 3 + 15, 8), PICK_PUBLISHER, takePicked)
  assert.equal(takePicked(reader), ROUNDS)
})

const ROUNDS = 60_000

/** Each publication has its number in every address, and as many addresses as its low bits say. */
const PUBLISHER = `
    const data = Array.from({ length: 1 + (round & 7) }, () => Uint8Array.of(round, round >> 8, round & 7, 0))
    writer.publish(0, { kind: 'records', type: 1, data, ttl })`

/**
 * Each record has the number, which record it is, and then as many bytes more as the two say; that and the number of groups, of two picked records each, change with
 * every round. Rotations, in which all are of one size, and what is not picked come in between.
 */
const PICK_PUBLISHER = `
    const kind = (round >> 3) % 3
    const groups = Array.from({ length: 1 + (round & 7) }, (_, i) => ({ records: 1 + ((round + i) % 3), weight: 1 + ((round * (i + 1)) & 0xfff) }))
    const count = groups.reduce((sum, { records }) => sum + records, 0)
    const data = Array.from({ length: count }, (_, i) => {
      const one = new Uint8Array(3 + (kind === 1 ? round & 15 : (round * (i + 1)) & 15)).fill(round)
      one[1] = round >> 8
      one[2] = i
      return one
    })
    const pick = [{ kind: 'weighted', answers: 2, groups }, { kind: 'rotate', answers: 2 }, undefined][kind]
    writer.publish(0, { kind: 'records', type: 1, data, ttl, ...(pick && { pick }) })`

/** Reads without pause while a thread does this for each round; gives the reader, which has all still to take. */
async function readWhile(
  capacity: number,
  publish: string,
  take: (reader: BoardReader) => void,
): Promise<BoardReader> {
  const board = createBoard([capacity])
  const reader = new BoardReader(board, seededRandom(1))
  const code = `
    import { workerData } from 'node:worker_threads'
    const { board, module, rounds } = workerData
    const { BoardWriter } = await import(module)
    const writer = new BoardWriter(board)
    const ttl = { minSeconds: 5, maxSeconds: 30, nextChangeMs: undefined }
    for (let round = 1; round <= rounds; round++) {${publish}
    }`
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`), {
    workerData: {
      board,
      module: new URL('../../../src/answer/board.ts', import.meta.url).href,
      rounds: ROUNDS,
    },
  })
  let running = true
  const exited = once(worker, 'exit').then(() => {
    running = false
  })
  while (running) {
    for (let i = 0; i < 1000; i++) take(reader)
    await new Promise(resolve => setImmediate(resolve))
  }
  await exited
  return reader
}

/** Takes the slot and sees that all of it is of one publication; gives the address. */
function takeWhole(reader: BoardReader): Uint8Array | undefined {
  reader.take(0)
  if (reader.kind === SlotKind.servfail) return undefined
  const bytes = written(reader)
  const address = bytes.slice(12, 16)
  assert.equal(reader.recordCount, 1 + (address[2] ?? 0))
  assert.equal(bytes.length, reader.recordCount * 16)
  for (let at = 28; at < bytes.length; at += 16) assert.deepEqual(bytes.slice(at, at + 4), address)
  return address
}

/** The same with picks; gives the number of the publication. */
function takePicked(reader: BoardReader): number | undefined {
  reader.take(0)
  if (reader.kind === SlotKind.servfail) return undefined
  const bytes = written(reader)
  assert.equal(bytes.length, reader.byteLength)
  const round = (bytes[12] ?? 0) | ((bytes[13] ?? 0) << 8)
  const kind = (round >> 3) % 3
  const picked: number[] = []
  let at = 0
  while (at < bytes.length) {
    const number = bytes[at + 14] ?? 0
    const length = 3 + (kind === 1 ? round & 15 : (round * (number + 1)) & 15)
    const data = new Uint8Array(length).fill(round)
    data.set([round >> 8, number], 1)
    assert.deepEqual(bytes.slice(at + 11, at + 12 + length), Uint8Array.of(length, ...data), `round ${round}`)
    picked.push(number)
    at += 12 + length
  }
  assert.equal(picked.length, reader.recordCount)
  assert.ok(possiblePicks(round, kind).has(picked.join()), `${picked} in round ${round}`)
  return round
}

/** The numbers of the records that a query may get in that round. */
function possiblePicks(round: number, kind: number): Set<string> {
  let end = 0
  const groups = Array.from({ length: 1 + (round & 7) }, (_, i) => {
    const records = Array.from({ length: 1 + ((round + i) % 3) }, () => end++)
    return records.join()
  })
  const all = Array.from({ length: end }, (_, i) => i)
  if (kind === 2) return new Set([all.join()])
  if (kind === 1) return new Set(all.map(first => (end === 1 ? '0' : `${first},${(first + 1) % end}`)))
  if (groups.length === 1) return new Set(groups)
  return new Set(groups.flatMap(a => groups.filter(b => a !== b).map(b => `${a},${b}`)))
}
