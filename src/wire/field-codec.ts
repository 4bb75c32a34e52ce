/** What each kind of field can do, and the steps of which the reading of tokens is made. */
import type { ByteWriter } from './byte-writer.ts'
import type { Name } from './name.ts'

/** A token of a master file: escapes are still in its text. */
export interface TextToken {
  readonly text: string
  readonly quoted: boolean
}

/** What a field is read from: the tokens from `at` on. Who reads a token moves `at` past it. */
export interface TokenCursor {
  readonly tokens: readonly TextToken[]
  readonly origin: Name
  at: number
}

export interface FieldCodec {
  /** Bytes of the field at the offset; -1 if there is none. What stands before it in the data may decide. Never throws. */
  measure(data: Uint8Array, at: number): number
  /** The text of a field that `measure` has measured; `data` and `at` for what stands before it. */
  toText(field: Uint8Array, data: Uint8Array, at: number): string
  /** Writes the wire form of what the tokens say. Gives what is wrong with the token at `at`, or undefined. */
  read(cursor: TokenCursor, out: ByteWriter): string | undefined
  /** Whether the field may be empty, without any token. */
  readonly optional?: true
}

/** Characters of a text. */
const MAX_SHOWN = 60

/** A token's text within a complaint: in quotes, as UTF-8, and not too much of it. */
export function show(text: string): string {
  const utf8 = Buffer.from(text.slice(0, 4 * MAX_SHOWN), 'latin1').toString('utf8')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is replaced
  const clean = utf8.replace(/[\x00-\x1f\x7f-\x9f]/g, ' ')
  return clean.length > MAX_SHOWN ? `"${clean.slice(0, MAX_SHOWN)}…"` : `"${clean}"`
}

/** A field that is one token. */
export function one(
  read: (text: string, out: ByteWriter, origin: Name) => string | undefined,
): FieldCodec['read'] {
  return (cursor, out) => {
    const token = cursor.tokens[cursor.at]
    const problem = read(token?.text ?? '', out, cursor.origin)
    if (problem === undefined) cursor.at++
    return problem
  }
}

/** A field that goes on as long as there are tokens. */
export function rest(read: FieldCodec['read']): FieldCodec['read'] {
  return (cursor, out) => {
    let problem: string | undefined
    while (problem === undefined && cursor.at < cursor.tokens.length) problem = read(cursor, out)
    return problem
  }
}

/** The length of a field of fixed size. */
export function fixed(bytes: number): FieldCodec['measure'] {
  return (data, at) => (at + bytes <= data.length ? bytes : -1)
}

/** The length of a field that is all that is left, which must be some bytes at least. */
export function remaining(least: number): FieldCodec['measure'] {
  return (data, at) => (data.length - at >= least ? data.length - at : -1)
}
