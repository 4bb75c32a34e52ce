/** Reads the parts of a message one after the other. What runs over the end makes it `failed`, and all else is then empty. */
import { ByteWriter } from './byte-writer.ts'
import { CODECS } from './field-codecs.ts'
import { MAX_LABEL_BYTES, MAX_NAME_BYTES, type Name, ROOT } from './name.ts'
import { checkData } from './record-data.ts'
import { type Field, fieldsToLastName, isName } from './record-fields.ts'
import { RrClass } from './types.ts'

export class MessageReader {
  readonly #bytes: Uint8Array
  #at = 0
  #failed = false

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get failed(): boolean {
    return this.#failed
  }

  get atEnd(): boolean {
    return this.#at === this.#bytes.length
  }

  u16(): number {
    const at = this.#at
    return this.#advance(2) ? ((this.#bytes[at] ?? 0) << 8) | (this.#bytes[at + 1] ?? 0) : 0
  }

  u32(): number {
    return this.u16() * 65536 + this.u16()
  }

  bytes(length: number): Uint8Array {
    const at = this.#at
    return this.#advance(length) ? this.#bytes.slice(at, this.#at) : this.#fail()
  }

  /** A name with its compression undone (RFC 1035 §4.1.4). Each pointer must lead before all that was read of the name so far. */
  name(): Name {
    let text = ''
    let at = this.#at
    let barrier = at
    let resume: number | undefined
    for (;;) {
      const length = this.#bytes[at]
      if (this.#failed || length === undefined) break
      if (length >= 0xc0) {
        const target = ((length & 0x3f) << 8) | (this.#bytes[at + 1] ?? 0xff)
        resume ??= at + 2
        if (target >= barrier || resume > this.#bytes.length) break
        barrier = target
        at = target
        continue
      }
      const end = at + 1 + length
      if (length > MAX_LABEL_BYTES || end > this.#bytes.length) break
      for (let i = at; i < end; i++) text += String.fromCharCode(this.#bytes[i] ?? 0)
      if (text.length > MAX_NAME_BYTES) break
      at = end
      if (length > 0) continue
      this.#at = resume ?? end
      return text as Name
    }
    this.#fail()
    return ROOT
  }

  /** Length and data of a record, names in it uncompressed, also where they should not have been compressed (RFC 3597 §4). */
  data(type: number, rrClass: number): Uint8Array {
    const length = this.u16()
    // Records of updates that stand for a name or an RRset as a whole have no data (RFC 2136 §2.4).
    if (length === 0 && (rrClass === RrClass.ANY || rrClass === RrClass.NONE)) return new Uint8Array()
    const end = this.#at + length
    const named = fieldsToLastName(type)
    const data = named === undefined ? this.bytes(length) : this.#dataWithNames(named, end)
    return this.#failed || this.#at !== end || !checkData(type, data) ? this.#fail() : data
  }

  /** `fields` end with a name, and with them what the length of a field may depend on. */
  #dataWithNames(fields: readonly Field[], end: number): Uint8Array {
    const out = new ByteWriter()
    for (const field of fields) {
      if (isName(field)) out.latin1(this.name())
      else out.bytes(this.bytes(CODECS[field.kind].measure(this.#bytes.subarray(0, end), this.#at)))
      if (this.#failed || this.#at > end) return this.#fail()
    }
    out.bytes(this.bytes(end - this.#at))
    return out.take()
  }

  #advance(length: number): boolean {
    const end = this.#at + length
    this.#failed ||= length < 0 || end > this.#bytes.length
    if (!this.#failed) this.#at = end
    return !this.#failed
  }

  #fail(): Uint8Array {
    this.#failed = true
    return new Uint8Array()
  }
}
