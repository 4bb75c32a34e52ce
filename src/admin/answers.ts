/** What is answered as JSON, as schemas: held to the types of the views by the compiler, and to real answers by tests. */
import { z } from 'zod'
import { FAMILIES } from '#base/address.ts'
import type { Complaint } from '#base/complaint.ts'
import type { Changes, Difference } from '#control/difference.ts'
import type { ProbeHistoryPage } from '#control/probe-history-view.ts'
import type {
  AuditView,
  CheckView,
  CounterView,
  DrillView,
  EndpointView,
  OperationResult,
  OutcomeView,
  OverrideView,
  PoolView,
  ServerView,
  TransitionView,
} from '#control/view.ts'
import { type ProbeRun, SEEN } from '#health/probe-run.ts'
import { OVERRIDE_KINDS } from '#steering/override.ts'
import { ANSWER_KINDS } from '#steering/pool.ts'
import type { Reason } from '#steering/selection.ts'
import { STANDINGS } from '#steering/standing.ts'
import { AUDIT_ACTIONS, AUDIT_RESULTS } from '#store/records.ts'

/** Those with a name in the document. */
export const NAMED = z.registry<{ id: string }>()

export function named<T extends z.ZodType>(id: string, schema: T): T {
  NAMED.add(schema, { id })
  return schema
}

const time = z.iso.datetime()
const texts = z.array(z.string()).readonly()
const verdict = z.enum(['up', 'down', 'unknown'])
const kind = z.enum(ANSWER_KINDS)
const count = z.int().min(0)

const outcome: z.ZodType<OutcomeView> = z.object({
  kind: z.enum(['pass', 'fail', 'inconclusive']),
  reason: z.string(),
  detail: z.string(),
  latencyMs: z.number(),
  at: time,
})

const target = {
  verdict,
  passes: count,
  fails: count,
  verdictAgeSeconds: z.number().exactOptional(),
  lastOutcome: outcome.exactOptional(),
  latenciesMs: z.array(z.number()).readonly().exactOptional(),
}

const address = z.object({
  address: z.string(),
  family: z.enum(FAMILIES),
  selected: z.boolean(),
  ...target,
  heldUntil: time.exactOptional(),
  parts: z
    .array(z.object({ check: z.string(), type: z.string(), ...target }))
    .readonly()
    .exactOptional(),
})

const endpoint: z.ZodType<EndpointView> = z.object({
  name: z.string(),
  effect: z.enum(['drained', 'forced-up', 'forced-down', 'drilled', 'pinned']).exactOptional(),
  hostname: z.string().exactOptional(),
  pool: z.string().exactOptional(),
  standings: z
    .array(z.object({ family: kind, standing: z.enum(STANDINGS), selected: z.boolean() }))
    .readonly()
    .exactOptional(),
  addresses: z.array(address).readonly(),
})

const timing = { intervalMs: z.number(), rise: count, fall: count }
const check: z.ZodType<CheckView> = named(
  'Check',
  z.lazy(() =>
    z.union([
      z.object({
        name: z.string(),
        type: z.string(),
        ...timing,
        fastIntervalMs: z.number(),
        timeoutMs: z.number(),
      }),
      z.object({ name: z.string(), type: z.literal('heartbeat'), ...timing, graceMs: z.number() }),
      z.object({ name: z.string(), type: z.string(), of: z.array(check).readonly() }),
    ]),
  ),
)

const override: z.ZodType<OverrideView> = z.object({
  kind: z.enum([...OVERRIDE_KINDS, 'maintenance']),
  endpoint: z.string(),
  reason: z.string(),
  author: z.string(),
  since: time.exactOptional(),
  expires: time.exactOptional(),
  volatile: z.boolean(),
})

/** As the selection says it; its other keys depend on the kind. */
const reason = z.looseObject({ kind: z.string() }) as unknown as z.ZodType<Reason>

export const poolAnswer: z.ZodType<PoolView> = named(
  'Pool',
  z.object({
    zone: z.string(),
    pool: z.string(),
    policy: z.enum(['failover', 'weighted', 'all']),
    check: check.exactOptional(),
    names: z
      .array(
        z.object({ name: z.string(), ttl: count, ttlMin: count, ttlNow: z.partialRecord(kind, z.number()) }),
      )
      .readonly(),
    selections: z
      .array(
        z.object({
          family: kind,
          mode: z.enum(['serving', 'all-down', 'none', 'servfail']),
          endpoints: texts,
          addresses: texts,
          reason,
          why: z.string(),
          since: time,
        }),
      )
      .readonly(),
    overrides: z.array(override).readonly(),
    endpoints: z.array(endpoint).readonly(),
  }),
)

export const poolList = named('Pools', z.object({ pools: z.array(poolAnswer).readonly() }))

export const overrideList = named(
  'Overrides',
  z.object({
    overrides: z.array(z.intersection(z.object({ zone: z.string(), pool: z.string() }), override)).readonly(),
  }),
)

export const drillAnswer: z.ZodType<DrillView> = named(
  'Drill',
  z.object({
    id: z.string(),
    zone: z.string(),
    pool: z.string(),
    endpoints: texts,
    author: z.string(),
    reason: z.string(),
    started: time,
    ends: time,
    state: z.enum(['running', 'kept', 'late', 'aborted', 'stopped']),
    verdict: z.string(),
    promisedSeconds: z.number(),
    switchedSeconds: z.number().exactOptional(),
    seen: z.array(z.object({ by: z.string(), seconds: z.number().exactOptional() })).readonly(),
    timeline: z.array(z.object({ seconds: z.number(), what: z.string() })).readonly(),
  }),
)

export const drillList = named('Drills', z.object({ drills: z.array(drillAnswer).readonly() }))

/** The chain from evidence to bytes; what it has depends on what the name is. */
export const explanation = named(
  'Explanation',
  z.looseObject({
    node: z.string(),
    at: time,
    name: z.string(),
    type: z.string(),
    steps: z.array(z.looseObject({ kind: z.string(), name: z.string(), why: z.string() })).readonly(),
    pool: z.looseObject({ zone: z.string(), pool: z.string() }).exactOptional(),
    ttl: z.object({ seconds: count, why: z.string() }).exactOptional(),
    answer: z.looseObject({ rcode: z.string(), flags: texts, answer: texts, authority: texts }),
  }),
)

export const operationResult: z.ZodType<OperationResult> = named(
  'OperationResult',
  z.object({
    done: z.string(),
    answers: z.array(z.object({ family: kind, selected: z.string() })).readonly(),
    evidence: texts.exactOptional(),
  }),
)

const transition: z.ZodType<TransitionView> = z.object({
  at: time,
  kind: z.enum(['verdict', 'selection', 'override', 'drill']),
  zone: z.string(),
  pool: z.string(),
  family: kind.exactOptional(),
  endpoint: z.string().exactOptional(),
  address: z.string().exactOptional(),
  from: z.string(),
  to: z.string(),
  why: z.string(),
  reason: z.unknown(),
})

export const transitionList = named('Transitions', z.object({ transitions: z.array(transition).readonly() }))

/** Times are wall time, milliseconds since 1970. */
const probeRun: z.ZodType<ProbeRun> = z.object({
  firstMs: z.number(),
  lastMs: z.number(),
  count,
  seen: z.enum(SEEN),
  reason: z.string(),
  latency: z.object({ minMs: z.number(), meanMs: z.number(), maxMs: z.number() }),
  fresh: z.boolean(),
})

export const probeHistoryPage: z.ZodType<ProbeHistoryPage> = named(
  'ProbeHistory',
  z.object({
    zone: z.string(),
    check: z.string(),
    type: z.string(),
    series: z
      .array(
        z.object({
          key: z.string(),
          endpoints: texts,
          timing: z.object({
            ...timing,
            fastIntervalMs: z.number(),
            downIntervalMs: z.number().exactOptional(),
            timeoutMs: z.number(),
          }),
          damping: z.object({
            dwellMs: z.number(),
            flap: z.object({ limit: z.number(), halfLifeMs: z.number() }).exactOptional(),
          }),
          runs: z.array(probeRun).readonly(),
        }),
      )
      .readonly(),
    next: z.string().exactOptional(),
  }),
)

const counters: z.ZodType<readonly CounterView[]> = z
  .array(z.object({ transport: z.enum(['udp', 'tcp']), label: z.string(), value: z.number() }))
  .readonly()

export const serverAnswer: z.ZodType<ServerView> = named(
  'Server',
  z.object({
    node: z.string(),
    version: z.string(),
    configDigest: z.string(),
    zones: z
      .array(
        z.object({
          zone: z.string(),
          file: z.string(),
          serial: count.exactOptional(),
          records: count,
          broken: z.boolean(),
        }),
      )
      .readonly(),
    queries: counters,
    responses: counters,
    dropped: counters,
    refused: counters,
    limited: counters,
    socketDrops: count,
    responderRestarts: count,
    storeErrors: count,
    probeLagSeconds: z.number(),
    frozen: z.boolean(),
    lastReloadSuccessSeconds: z.number().exactOptional(),
    ready: z.boolean(),
    alarms: texts,
  }),
)

const audit: z.ZodType<AuditView> = z.object({
  at: time,
  action: z.enum(AUDIT_ACTIONS),
  target: z.string(),
  actor: z.string(),
  client: z.string(),
  claim: z.string().exactOptional(),
  reason: z.string(),
  result: z.enum(AUDIT_RESULTS),
  detail: z.string(),
})

export const auditList = named('Audit', z.object({ audit: z.array(audit).readonly() }))

const complaint: z.ZodType<Complaint> = named(
  'Complaint',
  z.object({
    severity: z.enum(['error', 'warning']),
    file: z.string(),
    line: count,
    column: count,
    message: z.string(),
    excerpt: z.string().exactOptional(),
    caret: z.int().exactOptional(),
  }),
)

const changes: z.ZodType<Changes> = named(
  'Changes',
  z.object({
    added: texts,
    removed: texts,
    changed: z.array(z.object({ name: z.string(), keys: texts })).readonly(),
  }),
)

const difference: z.ZodType<Difference> = named(
  'Difference',
  z.object({
    zones: changes,
    pools: changes,
    names: changes,
    checks: changes,
    settings: texts,
    restart: texts,
  }),
)

export const reloadAnswer = named(
  'Reload',
  z.object({ dryRun: z.boolean(), complaints: z.array(complaint).readonly(), difference }),
)

/** RFC 9457. */
export const problemAnswer = named(
  'Problem',
  z.looseObject({
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    errors: z
      .array(z.object({ field: z.string(), detail: z.string() }))
      .readonly()
      .exactOptional(),
    complaints: z.array(complaint).readonly().exactOptional(),
  }),
)
