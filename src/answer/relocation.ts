/** Moves the compressed names of records that were written for a question at the beginning of the message to where that name stands instead. */
import { describedTypes, fieldsOf, isName } from '#wire/record-fields.ts'
import { QUESTION } from './layout.ts'
import { u16 } from './query.ts'

const LARGEST_TARGET = 0x3fff
const FIXED_BYTES = 10

/** Of each type with names that may be compressed: the bytes before the first, and how many there are. */
const COMPRESSED = new Map(
  describedTypes().flatMap(type => {
    const fields = fieldsOf(type) ?? []
    const first = fields.findIndex(({ kind }) => kind === 'compressible-name')
    if (first === -1) return []
    // In all of them only numbers of 16 bits stand before the names, and the names behind each other (RFC 1035 §3.3).
    return [[type, { skip: 2 * first, count: fields.filter(isName).length }] as const]
  }),
)

/** Where a name stands that the records were compressed against, and where the records were to stand and do. Offsets in the message. */
export interface Move {
  /** Bytes of the name. */
  readonly nameLength: number
  readonly nameAt: number
  readonly bodyAt: number
}

/**
 * Corrects the pointers of `count` records from `at` on, in the message that begins at `start`. False if one would have to lead further than a pointer can; the
 * records are then of no use.
 */
export function relocate(bytes: Uint8Array, start: number, at: number, count: number, move: Move): boolean {
  let record = at
  for (let i = 0; i < count; i++) {
    const fixed = relocateName(bytes, record, move)
    if (fixed === 0) return false
    const data = fixed + FIXED_BYTES
    const names = COMPRESSED.get(u16(bytes, fixed))
    let name = data + (names?.skip ?? 0)
    for (let n = names?.count ?? 0; n > 0; n--) {
      name = relocateName(bytes, name, move)
      if (name === 0) return false
    }
    record = data + u16(bytes, fixed + 8)
  }
  return record - start <= 0xffff
}

/** The pointer to what stood at that offset; 0 if there can be none. */
export function movedTarget(target: number, { nameLength, nameAt, bodyAt }: Move): number {
  const written = QUESTION + nameLength + 4
  const moved = target < written ? target - QUESTION + nameAt : target - written + bodyAt
  return moved <= LARGEST_TARGET ? moved : 0
}

/** Gives where the name ends, or 0. */
function relocateName(bytes: Uint8Array, from: number, move: Move): number {
  let at = from
  for (;;) {
    const length = bytes[at]!
    if (length === 0) return at + 1
    if (length >= 0xc0) {
      const moved = movedTarget(u16(bytes, at) & LARGEST_TARGET, move)
      bytes[at] = 0xc0 | (moved >> 8)
      bytes[at + 1] = moved
      return moved === 0 ? 0 : at + 2
    }
    at += 1 + length
  }
}
