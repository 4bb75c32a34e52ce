/**
 * What a source makes of its files, before anything is written: zones in the words of the configuration, each value with the place it came from.
 *
 *   Draft ── ZoneDraft ─┬─ nameservers, checks, pools   entries: a key and its value, as in the zone file
 *                       ├─ names                        the same, under names in full
 *                       └─ records                      what stands in the zone's master file
 */
import type { Name } from '#wire/name.ts'

export type Plain = string | number | boolean

/** A value as it goes into the zone file. `from` stands behind it as a comment; `inline` maps and lists are written on one line. */
export type Value =
  | { readonly kind: 'scalar'; readonly value: Plain; readonly from: string | undefined }
  | { readonly kind: 'list'; readonly items: readonly Value[]; readonly from?: string }
  | { readonly kind: 'map'; readonly entries: readonly Entry[]; readonly from?: string }
  | { readonly kind: 'inline'; readonly value: InlineValue; readonly from: string | undefined }

export type InlineValue = Plain | readonly InlineValue[] | { readonly [key: string]: InlineValue }

export interface Entry {
  readonly key: string
  readonly value: Value
  /** Lines of comment above it. */
  readonly above?: readonly string[]
}

export interface NameDraft {
  /** In full, and in lower case. */
  readonly name: Name
  readonly value: Value
  readonly above?: readonly string[]
}

/** A static record. */
export interface RecordDraft {
  readonly owner: Name
  /** Seconds. */
  readonly ttl: number
  /** As `typeToText` has it. */
  readonly type: string
  /** As in a master file, with names in full. */
  readonly data: string
  readonly from?: string
}

export interface ZoneDraft {
  /** In lower case. */
  readonly origin: Name
  /** What the head of the file says: where the zone comes from, why it is this one. */
  readonly above: readonly string[]
  /** Names with one address or a list, for a zone that has no SOA and NS among its `records`. */
  readonly nameservers?: readonly Entry[]
  /** Records, or the text of a whole master file. Without managed names the zone is a master file and nothing else. */
  readonly records?: readonly RecordDraft[] | string
  readonly checks: readonly Entry[]
  readonly pools: readonly Entry[]
  readonly names: readonly NameDraft[]
}

export interface Draft {
  readonly zones: readonly ZoneDraft[]
}

/** One value, with the place that it came from. */
export function scalar(value: Plain, from?: string): Value {
  return { kind: 'scalar', value, from }
}

/** A list or a map that is written on one line. */
export function inline(value: InlineValue, from?: string): Value {
  return { kind: 'inline', value, from }
}

/** A list with a line for each item. */
export function list(items: readonly Value[]): Value {
  return { kind: 'list', items }
}

/** A map with a line for each key. Undefined entries are left out, so that a source can write all that may be there. */
export function map(...entries: readonly (Entry | undefined)[]): Value {
  return { kind: 'map', entries: entries.filter(one => one !== undefined) }
}

export function entry(key: string, value: Value, above?: readonly string[]): Entry {
  return { key, value, ...(above === undefined ? {} : { above }) }
}
