/** Lays nodes and fragments into one buffer and makes the index. */
import { MAX_LABELS, MAX_NAME_BYTES, type Name } from '#wire/name.ts'
import { hashLabel } from './hash.ts'
import { NodeWord, TABLE_MAGIC, TableWord } from './layout.ts'

export interface NodeContent {
  /** In lower case. */
  readonly name: Name
  readonly entries: ReadonlyMap<number, number>
  readonly defaultFragment: number
  readonly nxdomainFragment: number
  readonly flags: number
}

export class TableBuilder {
  readonly #seed: number
  readonly #nodes = new Map<Name, number>()
  #words = new Uint32Array(1 << 14)
  #length: number = TableWord.size
  #maxLabels = 0
  /** Of the name that is hashed: its bytes, and where each label begins. */
  readonly #bytes = new Uint8Array(MAX_NAME_BYTES)
  readonly #starts = new Uint8Array(MAX_LABELS)

  /** @param seed makes the hash one that nobody outside can know */
  constructor(seed: number) {
    this.#seed = seed
  }

  /** Offset of the fragment once laid down. */
  addFragment(words: Uint32Array): number {
    const offset = this.#length
    this.#reserve(words.length)
    this.#words.set(words, offset)
    this.#length += words.length
    return offset
  }

  addNode({ name, entries, defaultFragment, nxdomainFragment, flags }: NodeContent): void {
    const offset = this.#length
    const size = NodeWord.size + entries.size * 2 + Math.ceil(name.length / 4)
    this.#reserve(size)
    const words = this.#words
    words[offset + NodeWord.hash] = this.#hash(name)
    words[offset + NodeWord.name] = name.length | flags
    words[offset + NodeWord.defaultFragment] = defaultFragment
    words[offset + NodeWord.wildcard] = 0
    words[offset + NodeWord.nxdomainFragment] = nxdomainFragment
    words[offset + NodeWord.entryCount] = entries.size
    let at = offset + NodeWord.size
    for (const [type, fragment] of entries) {
      words[at++] = type
      words[at++] = fragment
    }
    const bytes = new Uint8Array(words.buffer)
    for (let i = 0; i < name.length; i++) bytes[at * 4 + i] = name.charCodeAt(i)
    this.#length += size
    this.#nodes.set(name, offset)
  }

  /** The table as the responders share it. The builder is used up. */
  finish(): SharedArrayBuffer {
    for (const [name, offset] of this.#nodes) {
      if (name.charCodeAt(0) !== 1 || name[1] !== '*') continue
      const parent = this.#nodes.get(name.slice(2) as Name)
      if (parent !== undefined) this.#words[parent + NodeWord.wildcard] = offset
    }
    let slots = 16
    while (slots < this.#nodes.size * 2) slots *= 2
    const shared = new SharedArrayBuffer((this.#length + slots * 2) * 4)
    const words = new Uint32Array(shared)
    words.set(this.#words.subarray(0, this.#length))
    words[TableWord.magic] = TABLE_MAGIC
    words[TableWord.seed] = this.#seed
    words[TableWord.index] = this.#length
    words[TableWord.indexMask] = slots - 1
    words[TableWord.maxLabels] = this.#maxLabels
    for (const offset of this.#nodes.values()) {
      const hash = words[offset]!
      let slot = hash & (slots - 1)
      while (words[this.#length + slot * 2 + 1] !== 0) slot = (slot + 1) & (slots - 1)
      words[this.#length + slot * 2] = hash
      words[this.#length + slot * 2 + 1] = offset
    }
    return shared
  }

  #hash(name: Name): number {
    let labels = 0
    for (let at = 0; at < name.length - 1; at += 1 + name.charCodeAt(at)) this.#starts[labels++] = at
    for (let i = 0; i < name.length; i++) this.#bytes[i] = name.charCodeAt(i)
    this.#maxLabels = Math.max(this.#maxLabels, labels)
    let hash = this.#seed
    let end = name.length - 1
    while (labels > 0) {
      const start = this.#starts[--labels]!
      hash = hashLabel(hash, this.#bytes, start, end)
      end = start
    }
    return hash >>> 0
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#words.length) return
    const larger = new Uint32Array(Math.max(this.#length + count, this.#words.length * 2))
    larger.set(this.#words.subarray(0, this.#length))
    this.#words = larger
  }
}
