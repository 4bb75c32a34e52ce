/** What one query picks from several records, at random. Allocates only where more is picked than ever before. */
import type { Random } from '#base/random.ts'

export class Picker {
  /** Ranges of records, `count` of them: from the start on, before the end. */
  starts = new Uint32Array(16)
  ends = new Uint32Array(16)
  count = 0
  readonly #random: Random

  constructor(random: Random) {
    this.#random = random
  }

  /** Begins at any of the records and goes on from the first behind the last; gives how many were picked. */
  rotate(records: number, answers: number): number {
    const start = this.#below(records)
    const end = Math.min(records, start + answers)
    this.starts[0] = start
    this.ends[0] = end
    this.starts[1] = 0
    this.ends[1] = answers - (end - start)
    this.count = 2
    return answers
  }

  /**
   * Takes so many different groups, each time any of those left by its weight; gives how many records they have.
   *
   * @param words two for each group from `at` on: its records, at least one, and its weight, above 0
   */
  choose(words: Uint32Array, at: number, groups: number, answers: number): number {
    if (answers > this.starts.length) {
      this.starts = new Uint32Array(answers)
      this.ends = new Uint32Array(answers)
    }
    let left = 0
    for (let i = 0; i < groups; i++) left += words[at + 2 * i + 1]!
    let picked = 0
    this.count = 0
    while (this.count < answers && this.count < groups) {
      let mark = this.#below(left)
      let start = 0
      let i = at
      // The one in whose part of all that is left the mark falls.
      for (; ; i += 2) {
        const weight = this.#isChosen(start) ? 0 : words[i + 1]!
        if (mark < weight) break
        mark -= weight
        start += words[i]!
      }
      this.starts[this.count] = start
      this.ends[this.count++] = start + words[i]!
      picked += words[i]!
      left -= words[i + 1]!
    }
    return picked
  }

  #isChosen(start: number): boolean {
    for (let i = 0; i < this.count; i++) if (this.starts[i] === start) return true
    return false
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit)
  }
}
