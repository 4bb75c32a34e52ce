/** Record data of Route 53 as a master file has it: names in full, octal escapes as decimal ones. */

import type { TextToken } from '#wire/field-codecs.ts'
import { ROOT } from '#wire/name.ts'
import { dataFromText, dataToText } from '#wire/record-data.ts'
import { typeFromText } from '#wire/types.ts'
import { decimalEscapes, type RecordSet } from './route53-record-set.ts'

/** What the values of the set say, those that are wrong left out after a complaint. */
export function recordData(set: RecordSet): { text: string; offset: number }[] {
  const type = typeFromText(set.type) ?? 0
  return set.values.flatMap(({ text, offset }) => {
    const tokens = tokensOf(decimalEscapes(text))
    const read =
      tokens === undefined ? { error: 'a quotation mark has no end' } : dataFromText(type, tokens, ROOT)
    if ('data' in read) return { text: dataToText(type, read.data), offset }
    set.input.complain(offset, `Value: ${read.error}`)
    return []
  })
}

/** Words and texts in quotes; undefined where a quotation mark is open. */
function tokensOf(text: string): TextToken[] | undefined {
  const tokens: TextToken[] = []
  const pattern = /\s*(?:"((?:[^"\\]|\\.)*)"|([^\s"]+)|(\S))/gsy
  for (const [, quoted, plain, rest] of text.matchAll(pattern)) {
    if (rest !== undefined) return undefined
    tokens.push({ text: bytesOf(quoted ?? plain ?? ''), quoted: quoted !== undefined })
  }
  return tokens
}

/** Beyond ASCII as the bytes of UTF-8, each one escaped. */
function bytesOf(text: string): string {
  return /^[\x20-\x7e]*$/.test(text)
    ? text
    : Array.from(Buffer.from(text), byte =>
        byte > 31 && byte < 127 ? String.fromCharCode(byte) : `\\${String(byte).padStart(3, '0')}`,
      ).join('')
}
