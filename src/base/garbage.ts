/** Frees memory at a time of our own choosing. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/**
 * Collects what this thread no longer uses. A thread that allocates next to nothing would otherwise keep a large buffer that it has
 * put aside for hours.
 */
export function collectGarbage(): void {
  collect()
}
