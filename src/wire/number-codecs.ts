/** Fields that are numbers in network order: as digits, as mnemonics, as types, as times. */
import { type FieldCodec, fixed, one, show } from './field-codec.ts'
import type { Mnemonics } from './mnemonics.ts'
import { parseSignatureTime, signatureTimeToText } from './signature-time.ts'
import { parseSeconds } from './ttl.ts'
import { typeFromText, typeToText } from './types.ts'

const MAX_NUMBERS = { 1: 255, 2: 65535, 4: 4294967295 } as const
type Width = keyof typeof MAX_NUMBERS

/** A number of so many bytes. `parse` reads its text, which is `what`. */
function number(
  width: Width,
  what: string = `a number from 0 to ${MAX_NUMBERS[width]}`,
  parse: (text: string) => number | undefined = parseDigits,
  toText: (value: number) => string = String,
): FieldCodec {
  return {
    measure: fixed(width),
    toText: field => toText(field.reduce((value, byte) => value * 256 + byte, 0)),
    read: one((text, out) => {
      const value = parse(text)
      if (value === undefined || value > MAX_NUMBERS[width]) return `${show(text)} is not ${what}`
      for (let shift = 8 * (width - 1); shift >= 0; shift -= 8) out.u8((value >>> shift) & 255)
      return undefined
    }),
  }
}

export const U8 = number(1)
export const U16 = number(2)
export const U32 = number(4)
export const DURATION = number(4, 'a number of seconds, nor a time such as 1h30m', parseSeconds)
export const TYPE = number(2, 'a type, such as A or TYPE65280', typeFromText, typeToText)
export const SIGNATURE_TIME = number(
  4,
  'a time: YYYYMMDDHHmmSS in UTC, or seconds since 1970 (RFC 4034)',
  parseSignatureTime,
  signatureTimeToText,
)

/** A number that has names as well, of which the complaint shows one. It is written as digits, which everybody reads. */
export function mnemonic(width: Width, names: Mnemonics, example: string): FieldCodec {
  const what = `a number from 0 to ${MAX_NUMBERS[width]}, nor a mnemonic such as ${example}`
  return number(width, what, text => parseDigits(text) ?? names.get(text.toUpperCase()))
}

function parseDigits(text: string): number | undefined {
  return /^\d{1,10}$/.test(text) ? Number(text) : undefined
}
