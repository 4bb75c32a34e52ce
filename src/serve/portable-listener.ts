/** UDP by `node:dgram`, for where batches are not to be had. In a thread of its own, so that control's work delays no answer. */

import { moduleBeside } from '#base/module-beside.ts'
import type { ListenOptions, UdpListener } from './listener.ts'
import { ServingThread } from './serving-thread.ts'

/** Throws a `BindError`. */
export async function startPortableListener(options: ListenOptions): Promise<UdpListener> {
  const { addresses, answering, onRestart } = options
  const script = moduleBeside(import.meta.url, 'portable-worker')
  const thread = await ServingThread.start(
    { name: 'UDP thread', script, data: {}, addresses, onRestart },
    answering,
  )
  return {
    kind: 'portable',
    bound: thread.bound,
    get restarts() {
      return thread.restarts
    },
    publish: newer => thread.publish(newer),
    isAlive: limitMs => thread.isAlive(limitMs),
    counters: () => [thread.counters],
    queryLogs: () => [thread.queryLog],
    socketDrops: () => 0,
    close: () => thread.stop(),
  }
}
