/** What one query picks from several records, at random. Allocates only where more is picked than ever before. */
import type { Random } from '#base/random.ts'
import { GroupWord } from './board.ts'

export class Picker {
  /** What was picked: ranges of bytes behind the start of the first record, `count` of them; from the start on, before the end. */
  starts = new Uint32Array(16)
  ends = new Uint32Array(16)
  count = 0
  /** Of all ranges together. */
  recordCount = 0
  byteLength = 0
  /** By group: whether it is one of those. */
  #isChosen = new Uint8Array(16)
  readonly #random: Random

  constructor(random: Random) {
    this.#random = random
  }

  /**
   * Begins at any of the records and goes on from the first behind the last.
   *
   * @param records at least one, all of one size
   * @param byteLength of all of them together
   * @param answers not more than there are
   */
  rotate(records: number, byteLength: number, answers: number): void {
    const size = byteLength / records
    const start = this.#below(records)
    const end = Math.min(records, start + answers)
    this.starts[0] = start * size
    this.ends[0] = end * size
    this.starts[1] = 0
    this.ends[1] = (answers - (end - start)) * size
    this.count = 2
    this.recordCount = answers
    this.byteLength = answers * size
  }

  /**
   * Takes so many different groups, each time any of those left by its weight.
   *
   * @param words those of `GroupWord` for each group, from `at` on, with at least one record and a weight above 0
   */
  choose(words: Uint32Array, at: number, groups: number, answers: number): void {
    if (answers > this.starts.length) {
      this.starts = new Uint32Array(answers)
      this.ends = new Uint32Array(answers)
    }
    if (groups > this.#isChosen.length) this.#isChosen = new Uint8Array(groups)
    let left = 0
    for (let group = 0; group < groups; group++) {
      left += words[at + group * GroupWord.size + GroupWord.weight]!
      this.#isChosen[group] = 0
    }
    this.count = 0
    this.recordCount = 0
    this.byteLength = 0
    while (this.count < answers && this.count < groups) left -= this.#chooseOne(words, at, left)
  }

  /** @param left the weights of all groups that are not chosen; gives that of the one which then is */
  #chooseOne(words: Uint32Array, at: number, left: number): number {
    let mark = this.#below(left)
    let start = 0
    let group = 0
    let i = at
    // The one in whose part of all that is left the mark falls.
    for (; ; i += GroupWord.size) {
      const weight = this.#isChosen[group] === 1 ? 0 : words[i + GroupWord.weight]!
      if (mark < weight) break
      mark -= weight
      start += words[i + GroupWord.byteLength]!
      group++
    }
    this.#isChosen[group] = 1
    const byteLength = words[i + GroupWord.byteLength]!
    this.starts[this.count] = start
    this.ends[this.count++] = start + byteLength
    this.recordCount += words[i + GroupWord.records]!
    this.byteLength += byteLength
    return words[i + GroupWord.weight]!
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit)
  }
}
