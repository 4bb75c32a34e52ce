/** What a policy decides for the families of one group. */
import type { Reason, Selection } from './selection.ts'

export interface Choice {
  /** At least one, in the order of the pool. */
  readonly endpoints: readonly string[]
  /** Why, in case that it is not what was answered before. */
  readonly reason: Reason
  /** Monotonic time at which the choice may be another one without any new outcome. */
  readonly wakeMs?: number
}

export interface ChoiceContext {
  /** Undefined for the first selection. */
  readonly before: Selection | undefined
  /** Monotonic. */
  readonly nowMs: number
  /** Whether an operator asks for the failback now. */
  readonly asked: boolean
}
