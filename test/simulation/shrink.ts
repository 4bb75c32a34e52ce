/** From a life in which something broke to one of as few events as still break it. */

import { Broken, type Life } from './life.ts'
import { Simulation } from './simulation.ts'
import { ADDRESSES, HOSTNAMES } from './zone.ts'

/** Then it is over: each try lives up to where it broke, some seconds. */
const LONGEST_MS = 60_000

/** Leaves out servers that fail, names that change, and steps at which something is done, for as long as the same rule is broken; gives what is left after a minute. */
export async function shrink(broken: Broken): Promise<Broken> {
  const shrinker = new Shrinker(broken)
  await shrinker.leaveOutServers()
  await shrinker.leaveOutSteps()
  return shrinker.least
}

class Shrinker {
  least: Broken
  readonly #rule: string
  readonly #signal = AbortSignal.timeout(LONGEST_MS)

  constructor(broken: Broken) {
    this.least = broken
    this.#rule = ruleOf(broken)
  }

  async leaveOutServers(): Promise<void> {
    for (const one of [...ADDRESSES, ...HOSTNAMES]) {
      const { life } = this.least
      await this.#try({ ...life, steady: new Set([...(life.steady ?? []), one]) })
    }
  }

  /** In halves, then in quarters, and so on down to single ones (delta debugging). */
  async leaveOutSteps(): Promise<void> {
    for (
      let size = Math.ceil(this.least.steps.length / 2);
      size >= 1;
      size = size === 1 ? 0 : Math.ceil(size / 2)
    ) {
      for (let at = 0; at < this.least.steps.length; ) {
        const { life, steps } = this.least
        const without = steps.slice(at, at + size)
        const isLess = await this.#try({ ...life, skipped: new Set([...(life.skipped ?? []), ...without]) })
        // What is left has moved up.
        if (!isLess) at += size
      }
    }
  }

  /** Whether it still breaks, and is kept. */
  async #try(life: Life): Promise<boolean> {
    if (this.#signal.aborted) return false
    try {
      // Nothing that comes later can matter.
      const forMs = Math.min(life.forMs, this.least.atMs + 1)
      await Simulation.run({ ...life, forMs, signal: this.#signal })
      return false
    } catch (error) {
      if (!(error instanceof Broken) || ruleOf(error) !== this.#rule) return false
      this.least = error
      return true
    }
  }
}

/** What is said of it, without what differs from one time to the next. */
function ruleOf({ message }: Broken): string {
  return message.replace(/\d+/g, '#')
}
