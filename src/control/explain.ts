/** Joins what is known of one question: the way through the zones, the pool at its end, the TTL, and what is really answered. */
import type { Configuration } from '#config/configuration.ts'
import type { AnswerKind } from '#steering/pool.ts'
import { secondsLeft } from '#steering/ttl.ts'
import type { Message } from '#wire/message.ts'
import { lowerCase } from '#wire/name.ts'
import { Rcode, typeToText } from '#wire/types.ts'
import { answerExplanation, askResponder } from './explain-answer.ts'
import { explainPool, type PoolSources } from './explain-pool.ts'
import { type Way, wayOf } from './explain-way.ts'
import type { Explanation, Question, TtlExplanation } from './explanation.ts'
import type { Generation } from './generation.ts'
import type { Judging } from './judging.ts'
import { ANSWER_TYPE, plainName } from './plan.ts'
import type { PoolState } from './pool-state.ts'
import type { Now } from './refusals.ts'

export interface ExplainSources extends Omit<PoolSources, 'now'> {
  readonly configuration: Configuration
  readonly generation: Generation
  readonly judging: Pick<Judging, 'pools' | 'cutOff' | 'isSilent' | 'now'>
}

/** Why the question is answered as it is, at this moment. */
export function explain(question: Question, sources: ExplainSources): Explanation {
  const { configuration, generation, judging } = sources
  const now = judging.now()
  const asked = askResponder(generation, question, now)
  const way = wayOf(question, generation.catalog, configuration, asked.message)
  const found = poolAt(way, judging.pools)
  const { cutOff, isSilent: silent } = judging
  const ttl = ttlExplanation(asked.message, found, silent, now)
  return {
    node: configuration.settings.node,
    at: new Date(now.wallMs).toISOString(),
    name: plainName(question.name),
    type: typeToText(question.type),
    ...(cutOff === undefined ? {} : { cutOff: { why: cutOff, silent } }),
    steps: way.steps,
    ...(found === undefined ? {} : { pool: explainPool(found.state, found.kind, { ...sources, now }) }),
    ...(ttl === undefined ? {} : { ttl }),
    answer: answerExplanation(asked),
  }
}

interface FoundPool {
  readonly state: PoolState
  readonly name: PoolState['names'][number]
  readonly kind: AnswerKind
}

function poolAt({ managed }: Way, pools: readonly PoolState[]): FoundPool | undefined {
  if (managed === undefined) return undefined
  for (const state of pools) {
    if (state.zoneName !== managed.zone) continue
    const name = state.names.find(one => lowerCase(one.name) === managed.owner)
    if (name !== undefined) return { state, name, kind: managed.kind }
  }
  return undefined
}

function ttlExplanation(
  { answer, authority, rcode }: Message,
  found: FoundPool | undefined,
  silent: boolean,
  now: Now,
): TtlExplanation | undefined {
  const last = answer.at(-1)
  const [negative] = authority
  if (found === undefined) {
    if (last !== undefined) return { seconds: last.ttl, why: 'as the zone says' }
    if (negative === undefined) return undefined
    const isReferral = rcode === Rcode.NOERROR && typeToText(negative.type) === 'NS'
    const why = isReferral
      ? 'as the zone says of the delegation'
      : 'a negative answer: the lesser of the TTL and the last field of the SOA'
    return { seconds: negative.ttl, why }
  }
  const { state, name, kind } = found
  const selection = state.selection(kind)
  const record = answer.find(({ type }) => type === ANSWER_TYPE[kind])
  const seconds = answer.findLast(({ type }) => type === ANSWER_TYPE[kind])?.ttl ?? negative?.ttl
  if (selection === undefined || seconds === undefined || silent) return undefined
  if (record === undefined) return { seconds, why: 'a negative answer: not above ttl-min' }
  if (selection.mode !== 'serving')
    return { seconds, why: 'ttl-min, so that this answer does not outlive the recovery' }
  const limits = state.ttlOf(name, selection, kind)
  if (limits.nextChangeMs === undefined)
    return { seconds, why: 'the full ttl: nothing speaks against what is answered' }
  const inSeconds = Math.max(0, Math.round((limits.nextChangeMs - now.nowMs) / 1000))
  const change = `what is answered could be down in ${inSeconds} s: a check has begun to fail`
  const isLeast = secondsLeft(limits, now.nowMs) === limits.minSeconds
  return { seconds, why: isLeast ? `ttl-min: ${change}` : `no longer than that: ${change}` }
}
