/** Values of a vscf configuration; what is not of the wanted kind is complained of where it stands. */
import { didYouMean } from '#config/nearest.ts'
import { wholeNumber } from './limits.ts'
import type { Vscf, VscfEntry, VscfHash, VscfText } from './vscf.ts'

/** A value with the words for where it comes from. */
export interface Said<T> {
  readonly value: T
  /** As it stands behind the value: `interval, config:12`. */
  readonly from: string
}

const NO_ENTRIES: ReadonlyMap<string, VscfEntry> = new Map()

/** `FILE:LINE`. */
export function placeOf({ input, offset }: Vscf | VscfEntry): string {
  return input.at(offset)
}

export function complain({ input, offset }: Vscf | VscfEntry, message: string): undefined {
  input.complain(offset, message)
  return undefined
}

export function textOf(node: Vscf | undefined, what: string): VscfText | undefined {
  if (node === undefined || node.kind === 'text') return node
  return complain(node, `${what}: expected a text, not a ${node.kind}`)
}

export function hashOf(node: Vscf | undefined, what: string): VscfHash | undefined {
  if (node === undefined || node.kind === 'hash') return node
  return complain(node, `${what}: expected { … }, not a ${node.kind}`)
}

/** A list of texts; one text is a list of one. */
export function textsOf(node: Vscf | undefined, what: string): VscfText[] {
  if (node === undefined) return []
  const items = node.kind === 'list' ? node.items : [node]
  return items.flatMap(item => textOf(item, what) ?? [])
}

export function entriesOf(hash: VscfHash | undefined): ReadonlyMap<string, VscfEntry> {
  return hash?.entries ?? NO_ENTRIES
}

export function valueIn(hash: VscfHash | undefined, key: string): Vscf | undefined {
  return hash?.entries.get(key)?.value
}

/** `true` or `false`, in any letter case; undefined where nothing is said, or after a complaint. */
export function booleanIn(hash: VscfHash | undefined, key: string): boolean | undefined {
  const node = textOf(valueIn(hash, key), key)
  if (node === undefined) return undefined
  const word = node.text.toLowerCase()
  if (word === 'true' || word === 'false') return word === 'true'
  return complain(node, `${key}: ${JSON.stringify(node.text.slice(0, 60))} is not true or false`)
}

export function numberIn(
  hash: VscfHash | undefined,
  key: string,
  limits: { readonly min: number; readonly max: number },
): Said<number> | undefined {
  const node = textOf(valueIn(hash, key), key)
  if (node === undefined) return undefined
  const value = wholeNumber(node.input, node.offset, key, node.text, limits)
  return value === undefined ? undefined : { value, from: `${key}, ${placeOf(node)}` }
}

/** Above 0, and 1 at most. */
export function fractionOf(node: Vscf, key: string): number | undefined {
  const said = textOf(node, key)
  if (said === undefined) return undefined
  const value = /^\d*\.?\d+$/.test(said.text) ? Number(said.text) : 0
  if (value > 0 && value <= 1) return value
  return complain(
    said,
    `${key}: ${JSON.stringify(said.text.slice(0, 60))} is not a number above 0 and up to 1`,
  )
}

/** Complains of keys that are not among the known ones. */
export function complainOfKeys(hash: VscfHash | undefined, known: readonly string[], what: string): void {
  for (const entry of entriesOf(hash).values())
    if (!known.includes(entry.key))
      complain(entry, `${what} knows no ${JSON.stringify(entry.key)}${didYouMean(entry.key, known)}`)
}
