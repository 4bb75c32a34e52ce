/** Finds the fragment that answers a question in a compiled table. Nothing is allocated. */
import { MAX_LABELS } from '#wire/name.ts'
import { Rcode } from '#wire/types.ts'
import { hashLabel, LOWER } from './hash.ts'
import { FragmentWord, NODE_COVERS_BELOW, NodeWord, TABLE_MAGIC, TableWord } from './layout.ts'
import type { QueryReader } from './query.ts'

const NAME_LENGTH_MASK = 0xff

export class TableReader {
  readonly words: Uint32Array
  readonly bytes: Uint8Array
  /** The same as 16-bit numbers. */
  readonly halves: Uint16Array
  readonly #seed: number
  readonly #index: number
  readonly #mask: number
  readonly #maxLabels: number
  /** The node that the last answer was found at. */
  #node = 0
  /** Of the name from each label on, by the label's place from the left. */
  readonly #hashes = new Int32Array(MAX_LABELS + 1)

  /** Throws on a buffer that is no table. */
  constructor(table: SharedArrayBuffer) {
    this.words = new Uint32Array(table)
    this.bytes = new Uint8Array(table)
    this.halves = new Uint16Array(table)
    if (this.words[TableWord.magic] !== TABLE_MAGIC) throw new TypeError('not an answer table')
    this.#seed = this.words[TableWord.seed]! | 0
    this.#index = this.words[TableWord.index]!
    this.#mask = this.words[TableWord.indexMask]!
    this.#maxLabels = this.words[TableWord.maxLabels]!
  }

  /** Word offset of the fragment for the question whose name begins at `nameAt`; 0 where the name is in no zone of this table. */
  find(message: Uint8Array, nameAt: number, query: QueryReader): number {
    const labels = query.labelCount
    // What has more labels than any name in the table can only be below one of them.
    const first = labels > this.#maxLabels ? labels - this.#maxLabels : 0
    this.#hashAncestors(message, nameAt, query, first)
    for (let label = first; label <= labels; label++) {
      const node = this.#nodeAt(message, nameAt, query, label)
      if (node === 0) continue
      this.#node = node
      return label === 0 ? this.#atNode(node, query.qtype) : this.#belowNode(node, query.qtype)
    }
    return 0
  }

  /** A number that stands for the response that was found last, in rate limiting: nonexistent names count for their zone, and all names that a wildcard answers are one. */
  keyOf(fragment: number): number {
    const nxdomain = (this.words[fragment + FragmentWord.flags]! & 0x0f) === Rcode.NXDOMAIN
    return nxdomain ? fragment : (fragment ^ Math.imul(this.#node, 0x9e3779b1)) & 0x7fff_ffff
  }

  #atNode(node: number, qtype: number): number {
    const words = this.words
    const entries = node + NodeWord.size
    const end = entries + words[node + NodeWord.entryCount]! * 2
    for (let at = entries; at < end; at += 2) if (words[at] === qtype) return words[at + 1]!
    return words[node + NodeWord.defaultFragment]!
  }

  /** The node is the closest encloser of a name that does not exist (RFC 4592 §3.3.1), or what lies above it has been given away. */
  #belowNode(node: number, qtype: number): number {
    const words = this.words
    if ((words[node + NodeWord.name]! & NODE_COVERS_BELOW) !== 0)
      return words[node + NodeWord.defaultFragment]!
    const wildcard = words[node + NodeWord.wildcard]!
    return wildcard === 0 ? words[node + NodeWord.nxdomainFragment]! : this.#atNode(wildcard, qtype)
  }

  #hashAncestors(message: Uint8Array, nameAt: number, query: QueryReader, first: number): void {
    const starts = query.labelStarts
    let hash = this.#seed
    this.#hashes[query.labelCount] = hash
    let end = nameAt + query.qnameLength - 1
    for (let label = query.labelCount - 1; label >= first; label--) {
      const start = nameAt + starts[label]!
      hash = hashLabel(hash, message, start, end)
      this.#hashes[label] = hash
      end = start
    }
  }

  /** The node of the name from this label on; 0 if it has none. */
  #nodeAt(message: Uint8Array, nameAt: number, query: QueryReader, label: number): number {
    const words = this.words
    const hash = this.#hashes[label]! >>> 0
    const offset = label === query.labelCount ? query.qnameLength - 1 : query.labelStarts[label]!
    const length = query.qnameLength - offset
    for (let slot = hash & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const node = words[this.#index + slot * 2 + 1]!
      if (node === 0) return 0
      if (words[this.#index + slot * 2] === hash && this.#isNamed(node, message, nameAt + offset, length))
        return node
    }
  }

  #isNamed(node: number, message: Uint8Array, at: number, length: number): boolean {
    const words = this.words
    if ((words[node + NodeWord.name]! & NAME_LENGTH_MASK) !== length) return false
    const name = (node + NodeWord.size + words[node + NodeWord.entryCount]! * 2) * 4
    for (let i = 0; i < length; i++) if (this.bytes[name + i] !== LOWER[message[at + i]!]) return false
    return true
  }
}
