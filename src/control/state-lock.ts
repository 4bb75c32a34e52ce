/** So that no two servers use one state. */
import type { Log } from '#base/log.ts'
import { lockState } from '#store/lock.ts'

export interface StateLock {
  release(): void
}

/**
 * A disk that cannot be written must not keep the server from answering: then it goes without the lock. Throws, with words for a person, where another server
 * has it.
 */
export function takeLock(statePath: string, log: Log): StateLock {
  let lock: ReturnType<typeof lockState>
  try {
    lock = lockState(statePath)
  } catch (error) {
    const fault = error instanceof Error ? error.message : String(error)
    log.error({ fault, statePath }, `state: cannot lock ${statePath}: ${fault}; going on without`)
    return { release: () => undefined }
  }
  if (!('heldBy' in lock)) return lock
  const advice = 'stop it first, or give this one a state of its own with --state'
  throw new Error(`another server (${lock.heldBy}) uses the state ${statePath}: ${advice}`)
}
