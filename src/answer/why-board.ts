/**
 * The board of reasons: with the slots of the answer board, in each why its pool answers what it does, as TXT records of class CH that control has made ahead, one
 * for each line. Slots of one pool share a place. Nobody reads it but who is asked for a reason.
 */
import { RrClass, RrType } from '#wire/types.ts'
import { createBoard, RECORD_HEAD_BYTES, type SlotContent } from './board.ts'

/** Of one character string (RFC 1035 §3.3). */
const STRING_BYTES = 255
/** All records of a slot. */
export const MAX_WHY_BYTES = 4096
/** What says that not all lines are there. */
const MORE_BYTES = 100
/** A page of a terminal is not to be steered by what a probe has seen: controls, and what turns or breaks lines. */
const UNSHOWN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu

const NEVER_CACHED = { minSeconds: 0, maxSeconds: 0, nextChangeMs: undefined } as const

/** One place for each pool. @param poolOf by slot of the answer board @param capacities by pool, in bytes of records */
export function createWhyBoard(capacities: readonly number[], poolOf: readonly number[]): SharedArrayBuffer {
  return createBoard(
    capacities.map(bytes => Math.min(bytes, MAX_WHY_BYTES)),
    poolOf,
  )
}

/** The lines as a slot of that capacity holds them; of those that do not fit, how many there are. */
export function whyContent(lines: readonly string[], capacityBytes: number): SlotContent {
  const capacity = Math.min(capacityBytes, MAX_WHY_BYTES)
  const all = lines.map(lineData)
  const whole = all.reduce((sum, one) => sum + RECORD_HEAD_BYTES + one.length, 0)
  const data = whole <= capacity ? all : firstOf(all, capacity)
  return { kind: 'records', type: RrType.TXT, class: RrClass.CH, data, ttl: NEVER_CACHED }
}

function firstOf(all: readonly Uint8Array[], capacity: number): Uint8Array[] {
  let left = capacity - MORE_BYTES
  const count = all.findIndex(one => {
    left -= RECORD_HEAD_BYTES + one.length
    return left < 0
  })
  const shown = all.slice(0, count)
  return capacity < MORE_BYTES
    ? []
    : [...shown, lineData(`and ${all.length - count} more lines: understudy explain has them`)]
}

/** One line as the data of a TXT record, of two strings at most: what is longer is cut off. */
function lineData(line: string): Uint8Array {
  const text = Buffer.from(line.replace(UNSHOWN, '?').replaceAll('\u2026', '...'))
  const middle = characterBefore(text, STRING_BYTES)
  const strings = [
    text.subarray(0, middle),
    text.subarray(middle, characterBefore(text, middle + STRING_BYTES)),
  ]
  return Buffer.concat(
    strings
      .filter((string, i) => i === 0 || string.length > 0)
      .flatMap(string => [Uint8Array.of(string.length), string]),
  )
}

/** Where the character begins that the byte belongs to, or the end. */
function characterBefore(text: Uint8Array, at: number): number {
  let begin = Math.min(at, text.length)
  while (begin > 0 && ((text[begin] ?? 0) & 0xc0) === 0x80) begin--
  return begin
}
