/** DNS over TCP, in a thread of its own. */

import { moduleBeside } from '#base/module-beside.ts'
import type { Listener, ListenOptions } from './listener.ts'
import { ServingThread } from './serving-thread.ts'
import type { StreamLimits } from './stream-limits.ts'
import type { StreamData } from './stream-worker.ts'

export interface StreamOptions extends ListenOptions {
  readonly limits: StreamLimits
}

/** Throws a `BindError`. */
export async function startStreamListener(options: StreamOptions): Promise<Listener> {
  const { addresses, answering, limits, onRestart } = options
  const script = moduleBeside(import.meta.url, 'stream-worker')
  const data: StreamData = { limits }
  const thread = await ServingThread.start(
    { name: 'TCP thread', script, data, addresses, onRestart },
    answering,
  )
  return {
    bound: thread.bound,
    get restarts() {
      return thread.restarts
    },
    publish: newer => thread.publish(newer),
    isAlive: limitMs => thread.isAlive(limitMs),
    counters: () => [thread.counters],
    queryLogs: () => [thread.queryLog],
    close: () => thread.stop(),
  }
}
