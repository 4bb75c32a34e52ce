/**
 * What a responder counts, in memory that it shares with whoever reads it. One writer each; read at any time.
 *
 *   Float64 (exact up to 2^53, and written whole), per transport:
 *   queries by type 0 to 255, CAA, other | responses by code 0 to 23, other | drops by reason | refused by reason | rate limited by action
 */
import { RrType, rcodeToText, typeToText } from '#wire/types.ts'

export const Transport = { udp: 0, tcp: 1 } as const
export type Transport = (typeof Transport)[keyof typeof Transport]

const DROP_REASONS = ['short', 'response', 'source-port', 'unsent', 'rate-limited'] as const
const REFUSED_REASONS = ['outside', 'class', 'type'] as const
const LIMITED_ACTIONS = ['drop', 'truncate', 'badcookie', 'log-only'] as const

/** The index behind `DROPS` for each reason. `unsent`: the system refused to send the answer. */
export const Drop = { short: 0, response: 1, sourcePort: 2, unsent: 3, rateLimited: 4 } as const
/** Behind `REFUSED`: the name is in no zone here, or class or type are not answered. */
export const Refused = { outside: 0, class: 1, type: 2 } as const
/** Behind `LIMITED`: what became of a response over the rate limit. */
export const Limited = { dropped: 0, truncated: 1, badCookie: 2, logOnly: 3 } as const

const QTYPE_CAA = 256
const QTYPE_OTHER = 257
const RCODE_OTHER = 24
export const QUERIES = 0
export const RESPONSES = QTYPE_OTHER + 1
export const DROPS = RESPONSES + RCODE_OTHER + 1
export const REFUSED = DROPS + DROP_REASONS.length
export const LIMITED = REFUSED + REFUSED_REASONS.length
export const TRANSPORT_SIZE = LIMITED + LIMITED_ACTIONS.length

/** One responder's counters: `2 * TRANSPORT_SIZE` numbers on a SharedArrayBuffer. */
export type Counters = Float64Array<SharedArrayBuffer>

export function newCounters(): Counters {
  return countersOn(new SharedArrayBuffer(2 * TRANSPORT_SIZE * 8))
}

/** The counters that another thread has made. */
export function countersOn(buffer: SharedArrayBuffer): Counters {
  return new Float64Array(buffer)
}

/** Where a query of this type is counted. */
export function queryIndex(type: number): number {
  if (type < QTYPE_CAA) return QUERIES + type
  return QUERIES + (type === RrType.CAA ? QTYPE_CAA : QTYPE_OTHER)
}

/** Where a response with this code is counted. */
export function responseIndex(rcode: number): number {
  return RESPONSES + Math.min(rcode, RCODE_OTHER)
}

export interface Count {
  readonly transport: 'udp' | 'tcp'
  readonly label: string
  readonly value: number
}

export interface Counts {
  /** By type of the question. */
  readonly queries: readonly Count[]
  /** By response code. */
  readonly responses: readonly Count[]
  /** Packets that got no answer, by reason. */
  readonly dropped: readonly Count[]
  /** Answered REFUSED, by reason. */
  readonly refused: readonly Count[]
  /** Over the rate limit, by what became of them. */
  readonly limited: readonly Count[]
}

/** The sums over all responders; what was never counted is left out. */
export function readCounters(all: readonly Counters[]): Counts {
  return {
    queries: sums(all, QUERIES, RESPONSES, index => typeLabel(index)),
    responses: sums(all, RESPONSES, DROPS, index => (index < RCODE_OTHER ? rcodeToText(index) : 'other')),
    dropped: sums(all, DROPS, REFUSED, index => DROP_REASONS[index] ?? 'other'),
    refused: sums(all, REFUSED, LIMITED, index => REFUSED_REASONS[index] ?? 'other'),
    limited: sums(all, LIMITED, TRANSPORT_SIZE, index => LIMITED_ACTIONS[index] ?? 'other'),
  }
}

function typeLabel(index: number): string {
  if (index === QTYPE_OTHER) return 'other'
  return typeToText(index === QTYPE_CAA ? RrType.CAA : index)
}

function sums(all: readonly Counters[], from: number, to: number, label: (index: number) => string): Count[] {
  const counts: Count[] = []
  for (const transport of ['udp', 'tcp'] as const) {
    const base = Transport[transport] * TRANSPORT_SIZE
    for (let at = from; at < to; at++) {
      let value = 0
      for (const counters of all) value += counters[base + at] ?? 0
      if (value > 0) counts.push({ transport, label: label(at - from), value })
    }
  }
  return counts
}
