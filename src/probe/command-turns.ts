/** The commands that `exec` health checks run: so many at once, and none of them outlives the prober. */

/** Process groups that run now, in memory shared with whoever started the prober's thread; 0 where there is none. */
export type CommandGroups = Int32Array<SharedArrayBuffer>

/** A machine that forks more at once is busy with nothing else. */
const COMMANDS_AT_ONCE = 16

export function newCommandGroups(count = COMMANDS_AT_ONCE): CommandGroups {
  return new Int32Array(new SharedArrayBuffer(4 * count))
}

/** Kills what runs, children included: for when the thread that started it can do so no more. */
export function killCommandGroups(groups: CommandGroups): void {
  for (let place = 0; place < groups.length; place++) killGroup(Atomics.exchange(groups, place, 0))
}

/** Kills every process of the group; one that is gone already is no fault. 0 is no group. */
export function killGroup(group: number): void {
  if (group <= 0) return
  try {
    process.kill(-group, 'SIGKILL')
  } catch {
    // Gone.
  }
}

/** The right to run one command. */
export class CommandTurn implements Disposable {
  readonly #groups: CommandGroups
  readonly #place: number
  readonly #end: () => void

  constructor(groups: CommandGroups, place: number, end: () => void) {
    this.#groups = groups
    this.#place = place
    this.#end = end
  }

  /** The command's process group, from now on until the turn is over. */
  begin(group: number): void {
    Atomics.store(this.#groups, this.#place, group)
  }

  [Symbol.dispose](): void {
    Atomics.store(this.#groups, this.#place, 0)
    this.#end()
  }
}

export class CommandTurns {
  readonly #groups: CommandGroups
  readonly #free: number[]
  readonly #waiting = new Set<(turn: CommandTurn) => void>()

  /** One command for each word of `groups` runs at once. */
  constructor(groups: CommandGroups = newCommandGroups()) {
    this.#groups = groups
    this.#free = Array.from(groups.keys())
  }

  /** A turn, in the order of asking; undefined if `giveUp` calls back first. */
  take(giveUp: (call: () => void) => void): Promise<CommandTurn | undefined> {
    return new Promise(resolve => {
      this.#waiting.add(resolve)
      giveUp(() => {
        if (this.#waiting.delete(resolve)) resolve(undefined)
      })
      this.#proceed()
    })
  }

  #proceed(): void {
    for (const resolve of this.#waiting) {
      const place = this.#free.pop()
      if (place === undefined) return
      this.#waiting.delete(resolve)
      const end = (): void => {
        this.#free.push(place)
        this.#proceed()
      }
      resolve(new CommandTurn(this.#groups, place, end))
    }
  }
}
