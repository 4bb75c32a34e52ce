/** Records as rows of the database; `read-rows.ts` is the way back. Rows hold only text, numbers and null, so that no value can fail to cross to the thread. */
import type { StoredHostname, StoredSelection, StoredTransition, StoredVerdict } from './records.ts'

export interface VerdictRow {
  readonly key: string
  readonly health: string
  readonly outcome: string | null
  readonly at_ms: number
}

export interface SelectionRow {
  readonly zone: string
  readonly pool: string
  readonly family: string
  readonly selection: string
  readonly since_ms: number
  readonly hold_until_ms: number | null
}

export interface HostnameRow {
  readonly hostname: string
  readonly addresses: string
  readonly at_ms: number
}

export interface TransitionRow {
  readonly at_ms: number
  readonly kind: string
  readonly zone: string
  readonly pool: string
  readonly family: string
  readonly endpoint: string | null
  readonly address: string | null
  readonly from_state: string
  readonly to_state: string
  readonly why: string
  readonly reason: string
}

export function verdictRow({ key, health, past, outcome, atMs }: StoredVerdict): VerdictRow {
  return {
    key,
    health: JSON.stringify({ ...health, past }),
    outcome: outcome === undefined ? null : JSON.stringify(outcome),
    at_ms: Math.round(atMs),
  }
}

export function selectionRow(stored: StoredSelection): SelectionRow {
  const { zone, pool, family, selection, sinceMs, holdUntilMs } = stored
  const addresses = selection.addresses.map(address => address.text)
  return {
    zone,
    pool,
    family,
    selection: JSON.stringify({ ...selection, addresses }),
    since_ms: Math.round(sinceMs),
    hold_until_ms: holdUntilMs === undefined ? null : Math.round(holdUntilMs),
  }
}

export function hostnameRow({ hostname, addresses, atMs }: StoredHostname): HostnameRow {
  const texts = addresses.map(({ text }) => text)
  return { hostname, addresses: JSON.stringify(texts), at_ms: Math.round(atMs) }
}

/** A reason that JSON cannot say is kept as null: the words in `why` remain. */
export function transitionRow(stored: StoredTransition): TransitionRow {
  const { atMs, kind, zone, pool, family = '', endpoint, address, from, to, why, reason } = stored
  return {
    at_ms: Math.round(atMs),
    kind,
    zone,
    pool,
    family,
    endpoint: endpoint ?? null,
    address: address ?? null,
    from_state: from,
    to_state: to,
    why,
    reason: jsonOf(reason),
  }
}

function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? 'null'
  } catch {
    return 'null'
  }
}
