/**
 * Keeps the data of a zone's records packed: an object for each record would cost ten times the bytes that it holds.
 *
 *     | next u32 | place u32 | length u16 | data |
 *
 * An address counts bytes over all pages; no record lies across two. 0 is the address of none.
 */
import type { Place } from './sources.ts'

const PAGE_BYTES = 1 << 20
const FIRST_BYTES = 256
const PLACE = 4
const LENGTH = 8
const HEAD = 10

export class RecordStore {
  #pages: DataView[] = []
  /** Of the last page; what is before the first record is the address of none. */
  #used = HEAD

  /** Bytes set aside, or a little more. */
  get bytes(): number {
    return this.#pages.length * PAGE_BYTES
  }

  /** Its address. */
  add(data: Uint8Array, place: Place): number {
    const page = this.#reserve(HEAD + data.length)
    const at = this.#used
    page.setUint32(at + PLACE, place)
    page.setUint16(at + LENGTH, data.length)
    new Uint8Array(page.buffer).set(data, at + HEAD)
    this.#used += HEAD + data.length
    return (this.#pages.length - 1) * PAGE_BYTES + at
  }

  /** Puts one record behind another. */
  link(before: number, after: number): void {
    this.#page(before).setUint32(before % PAGE_BYTES, after)
  }

  /** The record behind this one; 0 if it is the last. */
  next(address: number): number {
    return this.#page(address).getUint32(address % PAGE_BYTES)
  }

  place(address: number): Place {
    return this.#page(address).getUint32((address % PAGE_BYTES) + PLACE)
  }

  /** Of the bytes themselves, not a copy. */
  data(address: number): Uint8Array {
    const page = this.#page(address)
    const at = address % PAGE_BYTES
    return new Uint8Array(page.buffer, at + HEAD, page.getUint16(at + LENGTH))
  }

  #page(address: number): DataView {
    const page = this.#pages[Math.floor(address / PAGE_BYTES)]
    if (page === undefined) throw new RangeError('no such record')
    return page
  }

  /** The last page, with room for so many bytes. It begins small: most zones are. */
  #reserve(bytes: number): DataView {
    const last = this.#pages.at(-1)
    if (last !== undefined && this.#used + bytes <= last.byteLength) return last
    if (last !== undefined && this.#used + bytes > PAGE_BYTES) {
      this.#used = 0
      return this.#newPage(PAGE_BYTES)
    }
    let size = last?.byteLength ?? FIRST_BYTES
    while (size < this.#used + bytes) size *= 2
    const page = this.#newPage(size)
    if (last === undefined) return page
    new Uint8Array(page.buffer).set(new Uint8Array(last.buffer))
    this.#pages.splice(-2, 1)
    return page
  }

  #newPage(bytes: number): DataView {
    const page = new DataView(new ArrayBuffer(bytes))
    this.#pages.push(page)
    return page
  }
}
