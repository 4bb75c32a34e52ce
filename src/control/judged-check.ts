/** A health check on one address, with the targets that its parts are probed by. */
import { type AnyCheck, type HealthCheck, isComposite } from '#config/configuration.ts'
import { combine, combineEarliestDown, invert, type Part } from '#health/composite.ts'
import { earliestDownMs, type Health, type Verdict } from '#health/verdict.ts'
import type { TargetState } from './target-state.ts'

export type JudgedCheck =
  | { readonly check: HealthCheck; readonly target: TargetState }
  | {
      readonly name: string
      readonly needed: number
      readonly inverted: boolean
      readonly of: readonly JudgedCheck[]
    }

/** @param targetOf gives the target of a part on the address */
export function judgedCheck(check: AnyCheck, targetOf: (part: HealthCheck) => TargetState): JudgedCheck {
  if (!isComposite(check)) return { check, target: targetOf(check) }
  const { name, needed, inverted, of } = check
  return { name, needed, inverted, of: of.map(part => judgedCheck(part, targetOf)) }
}

/** The verdict if the targets' healths were these. */
export function verdictBy(judged: JudgedCheck, healthOf: (target: TargetState) => Health): Verdict {
  if ('target' in judged) return healthOf(judged.target).verdict
  const parts = judged.of.map(part => ({ verdict: verdictBy(part, healthOf), earliestDownMs: undefined }))
  const verdict = combine(parts, judged.needed)
  return judged.inverted ? invert(verdict) : verdict
}

/** The verdict now, and when it could be down at the earliest. */
export function judgedPart(judged: JudgedCheck): Part {
  if ('target' in judged) {
    const { health, target, lastProbeMs, nextFailMs } = judged.target
    return {
      verdict: health.verdict,
      earliestDownMs: earliestDownMs(health, target.timing, lastProbeMs, nextFailMs),
    }
  }
  const parts = judged.of.map(judgedPart)
  const verdict = combine(parts, judged.needed)
  // What makes an inverted one down are passes, which nothing foretells.
  if (judged.inverted) return { verdict: invert(verdict), earliestDownMs: undefined }
  return { verdict, earliestDownMs: combineEarliestDown(parts, judged.needed) }
}

/** The targets of all parts, each once. */
export function targetsIn(judged: JudgedCheck): TargetState[] {
  if ('target' in judged) return [judged.target]
  return [...new Set(judged.of.flatMap(targetsIn))]
}

/** All that makes it what it is, for its key. */
export function shapeOf(judged: JudgedCheck): unknown {
  if ('target' in judged) return judged.target.target.key
  return { needed: judged.needed, inverted: judged.inverted, of: judged.of.map(shapeOf) }
}
