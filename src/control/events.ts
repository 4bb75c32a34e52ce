/** What control reports as it happens, to whoever measures it. */

import type { Outcome } from '#health/outcome.ts'
import type { AnswerKind } from '#steering/pool.ts'
import type { TransitionView } from './view.ts'

export interface EventSink {
  /** One probe has ended; reported for each zone whose checks use it. `check` is the name of the health check, `type` its kind. */
  probe(event: {
    readonly zone: string
    readonly check: string
    readonly type: string
    readonly outcome: Outcome
  }): void
  transition(transition: TransitionView): void
  /** An answer changed so long after the deciding outcome had arrived. */
  switched(seconds: number): void
  /** What is served left the first endpoint of the pool, or came back to it. */
  failover(event: {
    readonly zone: string
    readonly pool: string
    readonly family: AnswerKind
    readonly direction: 'failover' | 'failback'
  }): void
  reload(result: 'success' | 'failure'): void
}
