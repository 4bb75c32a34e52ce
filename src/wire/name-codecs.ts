/** Fields that are names. */
import { type FieldCodec, one, rest, show } from './field-codec.ts'
import { MAX_LABEL_BYTES, MAX_NAME_BYTES, type Name, nameFromBytes, nameToText, parseName } from './name.ts'

export const NAME: FieldCodec = {
  measure: measureName,
  toText: field => nameToText(nameFromBytes(field) as Name),
  read: one((text, out, origin) => {
    const parsed = parseName(text, origin)
    if ('error' in parsed) return `${show(text)} is not a name: ${nameProblem(text, parsed.error)}`
    out.latin1(parsed.name)
    return undefined
  }),
}

/** Any number of names, to the end of the data. */
export const NAMES: FieldCodec = {
  measure: (data, from) => {
    let at = from
    while (at < data.length) {
      const length = measureName(data, at)
      if (length === -1) return -1
      at += length
    }
    return at - from
  },
  toText: field => {
    const texts: string[] = []
    for (let at = 0; at < field.length; at += measureName(field, at))
      texts.push(nameToText(nameFromBytes(field, at) as Name))
    return texts.join(' ')
  },
  read: rest(NAME.read),
  optional: true,
}

/** What a person should know about a text that is no name. */
export function nameProblem(text: string, error: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: bytes below 32 are what is looked for
  const strange = /[\x00-\x20\x7f-\xff]/.test(text)
  return error === 'bad escape' && strange ? 'such bytes are written as \\DDD, and IDNs as xn--…' : error
}

function measureName(data: Uint8Array, from: number): number {
  let at = from
  for (;;) {
    const length = data[at]
    if (length === undefined || length > MAX_LABEL_BYTES) return -1
    at += 1 + length
    if (at > data.length || at - from > MAX_NAME_BYTES) return -1
    if (length === 0) return at - from
  }
}
