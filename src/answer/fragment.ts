/** Writes one fragment: records with their names compressed against the question and against each other (RFC 1035 §4.1.4). */
import { lowerCase, type Name, parentOf, ROOT } from '#wire/name.ts'
import { nameFields } from '#wire/record-data.ts'
import { RrClass } from '#wire/types.ts'
import type { RRset } from '#zone/zone.ts'
import type { ExtendedError } from './extended-error.ts'
import {
  AA,
  ERROR_SHIFT,
  FragmentWord,
  INSERT_ADDITIONAL,
  INSERT_OWNER_MOVES,
  MAX_BODY_BYTES,
  POINTER,
  QUESTION,
  RENAMES,
} from './layout.ts'

export type Section = 'answer' | 'authority' | 'additional'

/** `undefined` is the query name itself, whatever it is: the owner of what a wildcard gives. */
export type Owner = Name | undefined

export interface FragmentOptions {
  /** The query name for which the pointers are right as written. */
  readonly base: Name
  /** Whether longer query names are answered from it as well. */
  readonly movable: boolean
  /** Whether the base is a wildcard, whose first label is not in the question. */
  readonly wildcard?: boolean
  readonly rcode?: number
  readonly authoritative?: boolean
  readonly error?: ExtendedError
  /** Whether it is a DNAME's, for the names below it. */
  readonly renames?: boolean
}

/** Pointers hold 14 bits, and moving adds up to a name's length. */
const LAST_TARGET = 0x3fff - 255

export class FragmentWriter {
  readonly #options: FragmentOptions
  readonly #counts = { answer: 0, authority: 0, additional: 0 }
  readonly #targets = new Map<Name, number>()
  readonly #pointers: number[] = []
  readonly #inserts: number[] = []
  #body = new Uint8Array(512)
  #length = 0
  #required: { length: number; additional: number } | undefined
  #fallback = 0
  /** There is no room for more additional data. */
  #full = false

  constructor(options: FragmentOptions) {
    this.#options = options
    const base = lowerCase(options.base)
    let at = QUESTION
    for (let name: Name | undefined = base; name !== undefined && name !== ROOT; name = parentOf(name)) {
      if (name !== base || options.wildcard !== true) this.#targets.set(name, at)
      at += 1 + name.charCodeAt(0)
    }
  }

  /** Bytes of records. */
  get length(): number {
    return this.#length
  }

  /** Whether what was written is more than any response can carry; the rest is not written then. */
  get tooLarge(): boolean {
    return this.#length > MAX_BODY_BYTES
  }

  /** Writes all records of the set, the sections in their order. `ttl` in seconds takes the place of the set's own. */
  rrset(section: Section, owner: Owner, { type, ttl, data }: RRset, ttlLimit = ttl): this {
    const [length, pointers, { additional }] = [this.#length, this.#pointers.length, this.#counts]
    for (const one of data) {
      if (this.tooLarge || this.#full) break
      if (owner === undefined) this.#u16(POINTER | QUESTION)
      else this.#name(owner)
      this.#u16(type)
      this.#u16(RrClass.IN)
      this.#u32(Math.min(ttl, ttlLimit))
      const lengthAt = this.#length
      this.#u16(0)
      this.#data(type, one)
      this.#setU16(lengthAt, this.#length - lengthAt - 2)
      this.#counts[section]++
    }
    if (this.tooLarge && this.#required !== undefined && length <= MAX_BODY_BYTES)
      this.#takeBack(length, pointers, additional)
    return this
  }

  /** The records that the board's slot holds at the time of each query. Nothing but inserts may follow. */
  insert(section: Section, owner: Owner, slot: number): this {
    const target = owner === undefined ? QUESTION : this.targetOf(owner)
    if (target === undefined) throw new RangeError('the owner of what is inserted must stand before it')
    const moves = owner !== undefined ? INSERT_OWNER_MOVES : 0
    this.#inserts.push(slot, POINTER | target | moves | (section === 'additional' ? INSERT_ADDITIONAL : 0))
    return this
  }

  /** Where the name stands already, so that an insert can be owned by it. */
  targetOf(owner: Name): number | undefined {
    return this.#targets.get(lowerCase(owner))
  }

  /** What follows is additional data that a response without room may do without (RFC 2181 §9). */
  optionalFromHere(): this {
    this.#required = { length: this.#length, additional: this.#counts.additional }
    return this
  }

  /** Word offset of the fragment that answers while the slot has no record. */
  fallback(offset: number): this {
    this.#fallback = offset
    return this
  }

  /** The fragment's words. */
  finish(): Uint32Array {
    const { base, movable, rcode = 0, authoritative = true, error = 0, renames = false } = this.#options
    const pointers = movable ? this.#pointers : []
    const head = FragmentWord.size + this.#inserts.length + Math.ceil(pointers.length / 2)
    const words = new Uint32Array(head + Math.ceil(this.#length / 4))
    const required = this.#required ?? { length: this.#length, additional: this.#counts.additional }
    words[FragmentWord.flags] =
      (authoritative ? AA : 0) | rcode | (error << ERROR_SHIFT) | (renames ? RENAMES : 0)
    words[FragmentWord.counts] = this.#counts.answer | (this.#counts.authority << 16)
    words[FragmentWord.arcountAndBase] = this.#counts.additional | (base.length << 16)
    words[FragmentWord.bodyAndPointers] = this.#length | (pointers.length << 16)
    words[FragmentWord.required] = required.length | (required.additional << 16)
    words[FragmentWord.insertCount] = this.#inserts.length / 2
    words[FragmentWord.fallback] = this.#fallback
    words.set(this.#inserts, FragmentWord.size)
    new Uint16Array(words.buffer).set(pointers, (FragmentWord.size + this.#inserts.length) * 2)
    new Uint8Array(words.buffer).set(this.#body.subarray(0, this.#length), head * 4)
    return words
  }

  /** Takes a set of additional data out again, with all that points into it. */
  #takeBack(length: number, pointers: number, additional: number): void {
    this.#full = true
    this.#length = length
    this.#pointers.length = pointers
    this.#counts.additional = additional
    const end = this.#start() + length
    for (const [name, at] of this.#targets) if (at >= end) this.#targets.delete(name)
  }

  #data(type: number, data: Uint8Array): void {
    let from = 0
    for (const { offset, length, compressible } of nameFields(type, data)) {
      const name = String.fromCharCode(...data.subarray(offset, offset + length)) as Name
      this.#bytes(data.subarray(from, offset))
      from = offset
      if (compressible) {
        this.#name(name)
        from = offset + length
      } else {
        // It stays as it is (RFC 3597 §4), but later names may point to it.
        this.#remember(name)
      }
    }
    this.#bytes(data.subarray(from))
  }

  #name(name: Name): void {
    let rest = name
    let lower = lowerCase(name)
    while (rest !== ROOT) {
      const target = this.#targets.get(lower)
      if (target !== undefined) {
        this.#pointers.push(this.#length)
        this.#u16(POINTER | target)
        return
      }
      const at = this.#start() + this.#length
      if (at <= LAST_TARGET) this.#targets.set(lower, at)
      const length = 1 + rest.charCodeAt(0)
      this.#reserve(length)
      for (let i = 0; i < length; i++) this.#body[this.#length++] = rest.charCodeAt(i)
      rest = rest.slice(length) as Name
      lower = lower.slice(length) as Name
    }
    this.#reserve(1)
    this.#body[this.#length++] = 0
  }

  /** The name is written here in full: all of its suffixes can be pointed to. */
  #remember(name: Name): void {
    let at = this.#start() + this.#length
    for (
      let rest: Name | undefined = lowerCase(name);
      rest !== undefined && rest !== ROOT;
      rest = parentOf(rest)
    ) {
      if (at <= LAST_TARGET && !this.#targets.has(rest)) this.#targets.set(rest, at)
      at += 1 + rest.charCodeAt(0)
    }
  }

  /** Where the body begins in the message: behind header, query name, type and class. */
  #start(): number {
    return QUESTION + this.#options.base.length + 4
  }

  #bytes(bytes: Uint8Array): void {
    this.#reserve(bytes.length)
    this.#body.set(bytes, this.#length)
    this.#length += bytes.length
  }

  #u16(value: number): void {
    this.#reserve(2)
    this.#setU16(this.#length, value)
    this.#length += 2
  }

  #u32(value: number): void {
    this.#u16(value >>> 16)
    this.#u16(value & 0xffff)
  }

  #setU16(at: number, value: number): void {
    this.#body[at] = value >> 8
    this.#body[at + 1] = value & 255
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#body.length) return
    const larger = new Uint8Array(Math.max(this.#length + bytes, this.#body.length * 2))
    larger.set(this.#body)
    this.#body = larger
  }
}
