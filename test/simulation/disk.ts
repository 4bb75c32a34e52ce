/** A disk by the virtual clock: it has what was saved a commit ago, loses the rest where the process is killed, and refuses when told to. What it has is in a real database. */
import { copyFileSync, existsSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { openStore, type Store } from '#store/store.ts'
import type { VirtualClock } from '#test/virtual-clock.ts'

/** From one commit to the next: what is older is on disk. */
export const COMMIT_MS = 50
/** So many wait before those that are old enough are handed on: each message to the thread of the store is dear. */
const GATHERED = 1000

/** What becomes of a write in which the process is killed: nobody is told of it. */
type Fate = 'lost' | 'kept'

type Saving = Pick<
  Store,
  | 'restored'
  | 'saveVerdict'
  | 'saveSelection'
  | 'saveHostname'
  | 'addTransition'
  | 'saveRun'
  | 'saveOverride'
  | 'dropOverrides'
  | 'transitions'
>

interface Held {
  readonly atMs: number
  write(): void
}

export interface DiskOptions {
  readonly folder: string
  readonly clock: VirtualClock
  readonly onLine: (line: string) => void
}

export class SimulatedDisk implements Saving {
  isRefusing = false
  /** Of the writes of operators from now on, since the process is about to be killed. */
  fate: Fate | undefined
  readonly #options: DiskOptions
  readonly #store: Store
  #held: Held[] = []
  #isDead = false

  private constructor(options: DiskOptions, store: Store) {
    this.#options = options
    this.#store = store
  }

  static async open(options: DiskOptions): Promise<SimulatedDisk> {
    const { folder, onLine } = options
    const store = await openStore({
      path: pathIn(folder),
      // Every run of probes would be a row, and none is ever read.
      history: { days: 0, rows: 0 },
      onFault: message => onLine(`store: ${message.replaceAll(folder, '')}`),
      onRecovered: () => onLine('store: recovered'),
    })
    return new SimulatedDisk(options, store)
  }

  get restored(): Store['restored'] {
    return this.#store.restored
  }

  saveVerdict: Store['saveVerdict'] = one => this.#hold(() => this.#store.saveVerdict(one))
  saveSelection: Store['saveSelection'] = one => this.#hold(() => this.#store.saveSelection(one))
  saveHostname: Store['saveHostname'] = one => this.#hold(() => this.#store.saveHostname(one))
  addTransition: Store['addTransition'] = one => this.#hold(() => this.#store.addTransition(one))
  saveRun: Store['saveRun'] = () => undefined
  transitions: Store['transitions'] = query => this.#store.transitions(query)

  /** Commits what waits first, as the store does. */
  saveOverride: Store['saveOverride'] = (override, replaced) =>
    this.#decided(() => this.#store.saveOverride(override, replaced))

  dropOverrides: Store['dropOverrides'] = ids => this.#decided(() => this.#store.dropOverrides(ids))

  /** Refuses from now on, or takes what has waited. */
  refuse(isRefusing: boolean): void {
    if (isRefusing) this.#handOn(COMMIT_MS)
    this.isRefusing = isRefusing
  }

  /** Everything that can be is on disk when this resolves. */
  async close(): Promise<void> {
    if (!this.isRefusing) this.#handOn(0)
    this.#isDead = true
    await this.#store.close()
  }

  /** The process ends at once; what it saved in the last milliseconds is lost. The disk is as it was then, its log not yet in the database. */
  async kill(lostMs: number): Promise<void> {
    if (!this.isRefusing) this.#handOn(lostMs)
    this.#isDead = true
    await this.#store.flush()
    const { folder } = this.#options
    const image = join(folder, 'killed')
    mkdirSync(image)
    const files = ['', '-wal'].filter(suffix => existsSync(pathIn(folder) + suffix))
    for (const suffix of files) copyFileSync(pathIn(folder) + suffix, pathIn(image) + suffix)
    await this.#store.close()
    for (const suffix of ['', '-wal', '-shm']) rmSync(pathIn(folder) + suffix, { force: true })
    for (const suffix of files) copyFileSync(pathIn(image) + suffix, pathIn(folder) + suffix)
    rmSync(image, { recursive: true })
  }

  #hold(write: () => void): void {
    if (this.#isDead) return
    this.#held.push({ atMs: this.#options.clock.monotonicMs(), write })
    if (this.#held.length >= GATHERED && !this.isRefusing) this.#handOn(COMMIT_MS)
  }

  #handOn(lostMs: number): void {
    const untilMs = this.#options.clock.monotonicMs() - lostMs
    const first = this.#held.findIndex(({ atMs }) => atMs > untilMs)
    for (const { write } of this.#held.splice(0, first < 0 ? this.#held.length : first)) write()
  }

  async #decided(write: () => Promise<void>): Promise<void> {
    if (this.#isDead) return
    if (this.isRefusing) throw new Error('the disk is full')
    if (this.fate !== 'lost') {
      this.#handOn(0)
      await write()
    }
    if (this.fate !== undefined) await new Promise(() => undefined)
  }
}

/** Something writes over the head of the database. */
export function damage(folder: string): void {
  const file = openSync(pathIn(folder), 'r+')
  writeSync(file, Buffer.alloc(4096, 0x55), 0, 4096, 0)
}

function pathIn(folder: string): string {
  return join(folder, 'understudy.db')
}
