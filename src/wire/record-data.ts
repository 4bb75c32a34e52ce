/** Record data between text and wire form, by the table of fields; the generic form of RFC 3597 for every type. */

import { readHex } from './byte-codecs.ts'
import { ByteWriter } from './byte-writer.ts'
import { toHex } from './encodings.ts'
import { show, type TextToken, type TokenCursor } from './field-codec.ts'
import { CODECS } from './field-codecs.ts'
import type { Name } from './name.ts'
import { type Field, fieldsOf, fieldsToLastName, isName } from './record-fields.ts'
import { typeToText } from './types.ts'

export interface NameField {
  readonly offset: number
  readonly length: number
  /** Whether the name may be compressed in messages (RFC 3597 §4). */
  readonly compressible: boolean
  /** Whether the name is lower-cased in canonical form (RFC 4034 §6.2, RFC 6840 §5.1). */
  readonly folded: boolean
}

const MAX_DATA_BYTES = 65535

const NO_NAMES: readonly NameField[] = Object.freeze([])

const scratch = new ByteWriter()

/** Where names lie in the data, in order. Of malformed data those before the fault. */
export function nameFields(type: number, data: Uint8Array): readonly NameField[] {
  const fields = fieldsToLastName(type)
  if (fields === undefined) return NO_NAMES
  const names: NameField[] = []
  let offset = 0
  for (const field of fields) {
    const length = CODECS[field.kind].measure(data, offset)
    if (length === -1) break
    const compressible = field.kind === 'compressible-name'
    const folded = compressible || field.kind === 'folded-name'
    if (isName(field)) names.push({ offset, length, compressible, folded })
    offset += length
  }
  return names
}

/** Whether the data, names uncompressed, is what the type's fields say. All data of a type that is not described is. */
export function checkData(type: number, data: Uint8Array): boolean {
  const fields = fieldsOf(type)
  if (fields === undefined) return true
  let at = 0
  for (const { kind } of fields) {
    const length = CODECS[kind].measure(data, at)
    if (length === -1) return false
    at += length
  }
  return at === data.length
}

/** The data as a master file has it; `\# length hex` (RFC 3597 §5) if the type is not described or the data malformed. */
export function dataToText(type: number, data: Uint8Array): string {
  const fields = fieldsOf(type)
  if (fields === undefined || !checkData(type, data)) return genericText(data)
  const texts: string[] = []
  let at = 0
  for (const { kind } of fields) {
    const length = CODECS[kind].measure(data, at)
    if (length > 0 || CODECS[kind].optional !== true)
      texts.push(CODECS[kind].toText(data.subarray(at, at + length), data, at))
    at += length
  }
  return texts.join(' ')
}

/**
 * The wire form of what the tokens of a master file say, names uncompressed and relative ones below `origin`. A complaint names
 * the token by its index; the index after the last one where something is missing.
 */
export function dataFromText(
  type: number,
  tokens: readonly TextToken[],
  origin: Name,
): { data: Uint8Array } | { error: string; token: number } {
  const cursor = { tokens, origin, at: 0 }
  scratch.take()
  const error = isGeneric(tokens) ? readGeneric(type, cursor) : readFields(type, cursor)
  if (error !== undefined) return { error, token: cursor.at }
  if (scratch.length > MAX_DATA_BYTES)
    return { error: `data of ${scratch.length} bytes: a record holds at most ${MAX_DATA_BYTES}`, token: 0 }
  return { data: scratch.take() }
}

function readFields(type: number, cursor: TokenCursor): string | undefined {
  const fields = fieldsOf(type)
  if (fields === undefined)
    return `${typeToText(type)} is only known in the generic form, \\# LENGTH HEX (RFC 3597)`
  for (const { name, kind } of fields) {
    if (cursor.at >= cursor.tokens.length && CODECS[kind].optional !== true)
      return `${typeToText(type)} ends before its ${name}; expected: ${expectedFields(fields)}`
    const problem = CODECS[kind].read(cursor, scratch)
    if (problem !== undefined) return `${typeToText(type)} ${name}: ${problem}`
  }
  const left = cursor.tokens[cursor.at]
  if (left === undefined) return undefined
  return `${show(left.text)} after the end of ${typeToText(type)}, which has: ${expectedFields(fields)}`
}

function expectedFields(fields: readonly Field[]): string {
  return fields.map(({ name }) => name).join(' ')
}

function isGeneric([first]: readonly TextToken[]): boolean {
  return first !== undefined && !first.quoted && first.text === '\\#'
}

function readGeneric(type: number, cursor: TokenCursor): string | undefined {
  cursor.at = 1
  const length = cursor.tokens[1]?.text
  if (length === undefined || !/^\d{1,5}$/.test(length) || Number(length) > MAX_DATA_BYTES)
    return `after \\# comes the length of the data, from 0 to ${MAX_DATA_BYTES} (RFC 3597)`
  cursor.at = 2
  const problem = readHex(cursor, scratch)
  if (problem !== undefined) return problem
  cursor.at = 1
  if (scratch.length !== Number(length)) return `${length} bytes are said, ${scratch.length} are given`
  const data = scratch.take()
  cursor.at = 0
  if (!checkData(type, data)) return `these bytes are no data of type ${typeToText(type)}`
  scratch.bytes(data)
  return undefined
}

function genericText(data: Uint8Array): string {
  return data.length === 0 ? '\\# 0' : `\\# ${data.length} ${toHex(data).toUpperCase()}`
}
