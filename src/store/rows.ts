/** Records as rows of the database, and back. Rows hold only text, numbers and null, so that no value can fail to cross to the thread. */
import { z } from 'zod'
import { type Address, parseAddress } from '#base/address.ts'
import type { Outcome } from '#health/outcome.ts'
import type { Health } from '#health/verdict.ts'
import { ANSWER_KINDS } from '#steering/pool.ts'
import type { Cause, Pick, Reason, Selection } from '#steering/selection.ts'
import type {
  StoredHostname,
  StoredPast,
  StoredSelection,
  StoredTransition,
  StoredVerdict,
} from './records.ts'

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

/** Without a record it is removed. */
export interface AlertRow {
  readonly seq: number
  readonly record: string | null
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

export function alertRow(seq: number, record: unknown): AlertRow {
  return { seq, record: record === undefined ? null : jsonOf(record) }
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

const CAUSES = [
  'down',
  'held',
  'drained',
  'forced-down',
  'drilled',
  'removed',
] as const satisfies readonly Cause[]

const REASONS = {
  initial: z.object({ kind: z.literal('initial') }),
  // Earlier versions knew no cause but that one.
  failover: z.object({
    kind: z.literal('failover'),
    from: z.string(),
    cause: z.enum(CAUSES).default('down'),
  }),
  failback: z.object({ kind: z.literal('failback'), from: z.string(), asked: z.boolean().exactOptional() }),
  addresses: z.object({ kind: z.literal('addresses') }),
  members: z.object({ kind: z.literal('members'), joined: z.array(z.string()), left: z.array(z.string()) }),
  recovery: z.object({ kind: z.literal('recovery') }),
  pinned: z.object({ kind: z.literal('pinned') }),
  'all-down': z.object({
    kind: z.literal('all-down'),
    rule: z.string(),
    healthy: z.int().exactOptional(),
    needed: z.int().exactOptional(),
  }),
  'family-down': z.object({ kind: z.literal('family-down') }),
  unresolved: z.object({ kind: z.literal('unresolved') }),
} satisfies { [Kind in Reason['kind']]: z.ZodType<Extract<Reason, { kind: Kind }>> }

const past: z.ZodType<StoredPast> = z.object({
  sinceMs: z.number(),
  penalty: z.number().min(0),
  penaltyAtMs: z.number(),
  heldUntilMs: z.number().exactOptional(),
})

const health: z.ZodType<Health & { readonly past?: StoredPast }> = z.object({
  verdict: z.enum(['up', 'down', 'unknown']),
  passes: z.int().min(0),
  fails: z.int().min(0),
  past: past.exactOptional(),
})

const outcome: z.ZodType<Outcome> = z.object({
  kind: z.enum(['pass', 'fail', 'inconclusive']),
  reason: z.string(),
  detail: z.string(),
  latencyMs: z.number(),
})

const address = z.string().transform((text, context): Address => {
  const parsed = parseAddress(text)
  if (parsed !== undefined) return parsed
  context.addIssue(`${text} is no address`)
  return z.NEVER
})

const pick: z.ZodType<Pick> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('rotate'), answers: z.int().min(1) }),
  z.object({
    kind: z.literal('weighted'),
    answers: z.int().min(1),
    groups: z.array(z.object({ records: z.int().min(1), weight: z.int().min(1) })),
  }),
])

const selection: z.ZodType<Selection> = z.object({
  mode: z.enum(['serving', 'all-down', 'none', 'servfail']),
  endpoints: z.array(z.string()),
  addresses: z.array(address),
  hostnames: z.array(z.string()).exactOptional(),
  pick: pick.exactOptional(),
  reason: z.discriminatedUnion('kind', Object.values(REASONS) as [typeof REASONS.initial, ...z.ZodObject[]]),
}) as z.ZodType<Selection>

const verdictRecord = z
  .object({ key: z.string(), health: json(health), outcome: json(outcome).nullable(), at_ms: z.number() })
  .transform(
    ({ health: { past: before, ...known }, ...row }): StoredVerdict => ({
      key: row.key,
      health: known,
      ...(before !== undefined && { past: before }),
      ...(row.outcome !== null && { outcome: row.outcome }),
      atMs: row.at_ms,
    }),
  )

const selectionRecord = z
  .object({
    zone: z.string(),
    pool: z.string(),
    family: z.enum(ANSWER_KINDS),
    selection: json(selection),
    since_ms: z.number(),
    hold_until_ms: z.number().nullable(),
  })
  .refine(
    row => row.selection.addresses.every(({ family }) => family === row.family),
    'an address of the other family',
  )
  .transform(
    (row): StoredSelection => ({
      zone: row.zone,
      pool: row.pool,
      family: row.family,
      selection: row.selection,
      sinceMs: row.since_ms,
      ...(row.hold_until_ms !== null && { holdUntilMs: row.hold_until_ms }),
    }),
  )

const transitionRecord = z
  .object({
    at_ms: z.number(),
    kind: z.enum(['verdict', 'selection', 'override', 'drill']),
    zone: z.string(),
    pool: z.string(),
    // Empty where it is of none.
    family: z.enum([...ANSWER_KINDS, '']),
    endpoint: z.string().nullable(),
    address: z.string().nullable(),
    from_state: z.string(),
    to_state: z.string(),
    why: z.string(),
    reason: json(z.unknown()),
  })
  .transform(
    (row): StoredTransition => ({
      atMs: row.at_ms,
      kind: row.kind,
      zone: row.zone,
      pool: row.pool,
      ...(row.family !== '' && { family: row.family }),
      ...(row.endpoint !== null && { endpoint: row.endpoint }),
      ...(row.address !== null && { address: row.address }),
      from: row.from_state,
      to: row.to_state,
      why: row.why,
      reason: row.reason,
    }),
  )

/** Text that holds JSON of that shape. */
function json<T>(schema: z.ZodType<T>) {
  return z
    .string()
    .transform((text, context): unknown => {
      try {
        return JSON.parse(text)
      } catch {
        context.addIssue('no JSON')
        return z.NEVER
      }
    })
    .pipe(schema)
}

const hostnameRecord = z
  .object({ hostname: z.string(), addresses: json(z.array(address).min(1)), at_ms: z.number() })
  .transform(({ hostname, addresses, at_ms }): StoredHostname => ({ hostname, addresses, atMs: at_ms }))

const alertRecord = z.object({ record: json(z.unknown()) }).transform(({ record }) => record)

/** What a row holds, as it was saved; undefined if it holds nothing. */
export function readAlert(row: unknown): unknown {
  return alertRecord.safeParse(row).data
}

/** The record that a row holds; undefined if it holds none. */
export function readHostname(row: unknown): StoredHostname | undefined {
  return hostnameRecord.safeParse(row).data
}

/** The record that a row holds; undefined if it holds none. */
export function readVerdict(row: unknown): StoredVerdict | undefined {
  return verdictRecord.safeParse(row).data
}

/** The record that a row holds; undefined if it holds none. */
export function readSelection(row: unknown): StoredSelection | undefined {
  return selectionRecord.safeParse(row).data
}

/** The record that a row holds; undefined if it holds none. */
export function readTransition(row: unknown): StoredTransition | undefined {
  return transitionRecord.safeParse(row).data
}
