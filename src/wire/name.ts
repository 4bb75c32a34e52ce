/**
 * Domain names. A `Name` is its uncompressed wire form (RFC 1035 §3.1) as a string of one character a byte:
 * `www.test.` is `\x03www\x04test\x00`. Such strings are compact, compare fast and serve as keys of a Map.
 */

declare const validated: unique symbol
export type Name = string & { readonly [validated]: 'Name' }

export const ROOT = '\0' as Name
export const MAX_NAME_BYTES = 255
export const MAX_LABEL_BYTES = 63
/** Of one byte each, the root's not counted: 127 fit into a name. */
export const MAX_LABELS = 127

export type NameError =
  | 'empty'
  | 'empty label'
  | 'label longer than 63 bytes'
  | 'name longer than 255 bytes'
  | 'bad escape'

/**
 * Reads a name in presentation form (RFC 1035 §5.1, `\.` and `\ddd` escapes). Without a final dot it is relative to
 * `origin`. Throws nothing: a text that is no name gives the reason.
 */
export function parseName(text: string, origin: Name = ROOT): { name: Name } | { error: NameError } {
  if (text === '') return { error: 'empty' }
  if (text === '@') return { name: origin }
  if (text === '.') return { name: ROOT }
  let wire = ''
  let label = ''
  let absolute = false
  for (let i = 0; i < text.length; i++) {
    const char = text[i] ?? ''
    absolute = char === '.'
    if (absolute) {
      if (label === '') return { error: 'empty label' }
      wire += String.fromCharCode(label.length) + label
      label = ''
      continue
    }
    if (char === '\\') {
      const escaped = readEscape(text, i)
      if (escaped === undefined) return { error: 'bad escape' }
      label += escaped.char
      i += escaped.length - 1
    } else {
      if (char.charCodeAt(0) > 126 || char.charCodeAt(0) < 33) return { error: 'bad escape' }
      label += char
    }
    if (label.length > MAX_LABEL_BYTES) return { error: 'label longer than 63 bytes' }
  }
  if (label !== '') wire += String.fromCharCode(label.length) + label
  wire += absolute ? ROOT : origin
  if (wire.length > MAX_NAME_BYTES) return { error: 'name longer than 255 bytes' }
  return { name: wire as Name }
}

/** A name that is known to be good, as in tests and constants. Throws on a bad one. */
export function name(text: string): Name {
  const parsed = parseName(text)
  if ('error' in parsed) throw new RangeError(`${JSON.stringify(text)}: ${parsed.error}`)
  return parsed.name
}

/** Presentation form with the final dot, escaped so that `parseName` reads the same bytes back. */
export function nameToText(name: Name): string {
  if (name === ROOT) return '.'
  let text = ''
  for (const label of labelsOf(name)) text += `${labelToText(label)}.`
  return text
}

/** The labels from left to right, without the root's. */
export function labelsOf(name: Name): string[] {
  const labels: string[] = []
  for (let at = 0; name.charCodeAt(at) !== 0; at += 1 + name.charCodeAt(at)) {
    labels.push(name.slice(at + 1, at + 1 + name.charCodeAt(at)))
  }
  return labels
}

/** How many labels the name has, the root's not counted. */
export function labelCount(name: Name): number {
  let count = 0
  for (let at = 0; name.charCodeAt(at) !== 0; at += 1 + name.charCodeAt(at)) count++
  return count
}

/** The name without its first label; undefined for the root. */
export function parentOf(name: Name): Name | undefined {
  return name === ROOT ? undefined : (name.slice(1 + name.charCodeAt(0)) as Name)
}

/** Whether the name is the ancestor or below it (RFC 9499, "subdomain"). Both in the same letter case. */
export function isAtOrBelow(name: Name, ancestor: Name): boolean {
  let rest: Name | undefined = name
  while (rest !== undefined && rest.length > ancestor.length) rest = parentOf(rest)
  return rest === ancestor
}

/** The label put in front of the name; undefined where a limit of length forbids it. */
export function childOf(label: string, parent: Name): Name | undefined {
  const child = String.fromCharCode(label.length) + label + parent
  return label.length <= MAX_LABEL_BYTES && child.length <= MAX_NAME_BYTES ? (child as Name) : undefined
}

/** With A to Z made a to z: the form in which names are compared (RFC 4343). Lengths (0 to 63) are no letters. */
export function lowerCase(name: Name): Name {
  return /[A-Z]/.test(name) ? (name.replace(/[A-Z]+/g, letters => letters.toLowerCase()) as Name) : name
}

/** The canonical order of RFC 4034 §6.1: by labels from the right, as lower-cased bytes. */
export function compareNames(a: Name, b: Name): number {
  const left = labelsOf(lowerCase(a)).reverse()
  const right = labelsOf(lowerCase(b)).reverse()
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const one = left[i] ?? ''
    const other = right[i] ?? ''
    if (one !== other) return one < other ? -1 : 1
  }
  return left.length - right.length
}

/** The wire form as bytes. */
export function nameToBytes(name: Name): Uint8Array {
  const bytes = new Uint8Array(name.length)
  for (let i = 0; i < name.length; i++) bytes[i] = name.charCodeAt(i)
  return bytes
}

/** Reads an uncompressed name at the offset; undefined where the bytes hold none. */
export function nameFromBytes(bytes: Uint8Array, offset = 0): Name | undefined {
  let at = offset
  for (;;) {
    const length = bytes[at]
    if (length === undefined || length > MAX_LABEL_BYTES) return undefined
    at += 1 + length
    if (at > bytes.length || at - offset > MAX_NAME_BYTES) return undefined
    if (length === 0) break
  }
  return String.fromCharCode(...bytes.subarray(offset, at)) as Name
}

/** `text[at]` is a backslash: the character that the escape means and how much text it takes; undefined if bad. */
function readEscape(text: string, at: number): { char: string; length: number } | undefined {
  const next = text[at + 1]
  if (next === undefined) return undefined
  if (next < '0' || next > '9') return next >= '!' && next <= '~' ? { char: next, length: 2 } : undefined
  const digits = text.slice(at + 1, at + 4)
  if (!/^\d{3}$/.test(digits) || Number(digits) > 255) return undefined
  return { char: String.fromCharCode(Number(digits)), length: 4 }
}

function labelToText(label: string): string {
  let text = ''
  for (const char of label) {
    const code = char.charCodeAt(0)
    if (code < 33 || code > 126) text += `\\${String(code).padStart(3, '0')}`
    else text += '"().;@$\\'.includes(char) ? `\\${char}` : char
  }
  return text
}
