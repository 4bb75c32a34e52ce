/** Queries that are wrong in every way, and some that are right: the same for the same seed. */
import { type Random, seededRandom } from '#base/random.ts'
import { encodeQuery } from '#wire/message.ts'
import { type Name, name } from '#wire/name.ts'

const TYPES = [1, 2, 5, 6, 12, 15, 16, 28, 33, 39, 41, 43, 47, 64, 65, 249, 250, 251, 252, 255, 257, 65_280]
const CLASSES = [1, 1, 1, 1, 3, 4, 254, 255, 0]
const OPTIONS = [3, 5, 8, 9, 10, 11, 12, 15, 65_001]
const OPTION_LENGTHS = [0, 0, 2, 4, 7, 8, 8, 16, 24, 40, 41]
const UDP_SIZES = [0, 100, 512, 1232, 4096, 65_535]

export class DamagedQueries {
  readonly #random: Random
  readonly #names: readonly { readonly text: string; readonly wire: Name }[]

  /** @param names that are asked for, apart from what is made up */
  constructor(seed: number, names: readonly string[]) {
    this.#random = seededRandom(seed)
    this.#names = names.map(text => ({ text, wire: name(text) }))
  }

  /** The next one, of at most 600 bytes. */
  next(): Uint8Array {
    const query = this.#query()
    for (let times = this.#below(4); times > 0; times--) {
      const damaged = this.#damage(query)
      if (damaged !== undefined) return damaged.subarray(0, 600)
    }
    return query
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit)
  }

  #pick<T>(list: readonly T[]): T {
    return list[this.#below(list.length)] as T
  }

  #query(): Uint8Array {
    const options = Array.from({ length: this.#below(4) }, () => ({
      code: this.#pick(OPTIONS),
      data: this.#noise(this.#pick(OPTION_LENGTHS)),
    }))
    const edns = {
      udpSize: this.#pick(UDP_SIZES),
      version: this.#below(8) === 0 ? 1 : 0,
      options,
    }
    return encodeQuery({
      id: this.#below(65_536),
      name: this.#name(),
      type: this.#pick(TYPES),
      class: this.#pick(CLASSES),
      recursionDesired: this.#below(2) === 0,
      ...(this.#below(3) === 0 ? {} : { edns: { ...edns, dnssecOk: this.#below(2) === 0 } }),
    })
  }

  #name(): Name {
    const { text, wire } = this.#pick(this.#names)
    switch (this.#below(6)) {
      case 0:
        return name(`${'x'.repeat(1 + this.#below(63))}.${text}`.replace(/\.\.$/, '.'))
      case 1:
        return name(`${'a.'.repeat(this.#below(100))}${text === '.' ? '' : text}` || '.')
      case 2:
        return name(text.replace(/[a-z]/g, letter => (this.#below(2) === 0 ? letter.toUpperCase() : letter)))
      default:
        return wire
    }
  }

  #noise(length: number): Uint8Array {
    const bytes = new Uint8Array(length)
    for (let i = 0; i < length; i++) bytes[i] = this.#below(256)
    return bytes
  }

  /** Changes the query in its place, or gives another one. */
  #damage(query: Uint8Array): Uint8Array | undefined {
    const at = this.#below(query.length)
    switch (this.#below(10)) {
      case 0: // bits
        for (let i = this.#below(16); i >= 0; i--) {
          const place = this.#below(query.length)
          query[place] = (query[place] ?? 0) ^ (1 << this.#below(8))
        }
        return undefined
      case 1: // cut short
        return query.slice(0, at)
      case 2: // something behind the end
        return Buffer.concat([query, this.#noise(1 + this.#below(40))])
      case 3: // lying counts
        query[4 + this.#below(8)] = this.#pick([0, 1, 2, 255])
        return undefined
      case 4: // pointers, also to themselves
        query[at] = 0xc0 | this.#below(2)
        if (at + 1 < query.length) query[at + 1] = this.#pick([at & 255, 12, this.#below(256)])
        return undefined
      case 5: // lying lengths
        query[at] = this.#pick([0, 63, 64, 128, 191, 255])
        return undefined
      case 6: // the last record twice
        query[11] = 2
        return Buffer.concat([query, query.subarray(Math.max(12, query.length - 11 - this.#below(20)))])
      case 7: // opcode and flags
        query[2] = this.#below(256)
        query[3] = this.#below(256)
        return undefined
      case 8: // noise
        return this.#noise(this.#below(100))
      default: // a piece in another place
        query.copyWithin(at, this.#below(query.length))
        return undefined
    }
  }
}
