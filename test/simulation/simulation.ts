/** Years of a node's life in seconds: everything fails by a seed, and what must hold is looked at after every event. */
import { type Random, seededRandom } from '#base/random.ts'
import { Refusal } from '#control/refusals.ts'
import type { Outcome } from '#health/outcome.ts'
import type { ProbeTarget } from '#probe/spec.ts'
import { OVERRIDE_KINDS } from '#steering/override.ts'
import { TempFolder } from '#test/temp-folder.ts'
import { VirtualClock } from '#test/virtual-clock.ts'
import { SimulatedServer } from './endpoints.ts'
import { checkInvariants } from './invariants.ts'
import { SimulatedNode } from './node.ts'
import {
  ADDRESSES,
  FALL,
  FAST_MS,
  INTERVAL_MS,
  POOL_NAMES,
  REFERENCE,
  SETTINGS,
  SHAPES,
  TIMEOUT_MS,
  zoneText,
} from './zone.ts'

const HOUR_MS = 3_600_000
export const YEAR_MS = 365 * 24 * HOUR_MS
/** So many events are kept for the timeline of a failure. */
const KEPT = 200
/** Seeds of the parts of one life lie apart from those of the next. */
const SEEDS = 1_000_003
/** All answers are looked at after so many outcomes, and whenever one has changed anything. */
const LOOK_EVERY = 50
/** Verdicts are held to the truth when a mode has lasted so much longer than the worst case: references have to be asked too. */
const SLACK_MS = 60_000

type HostMode = 'fine' | 'cut-off' | 'local-fault'

/** What it has seen, for a report. */
export interface SimulationCounts {
  probes: number
  looks: number
  transitions: number
  restarts: number
  reloads: number
  overrides: number
  stalls: number
}

/** What is lived through. */
export interface Life {
  readonly seed: number
  readonly forMs: number
  /** Steps at which nothing is done, and servers that never fail: what else happens stays the same. */
  readonly skipped?: ReadonlySet<number>
  readonly healthy?: ReadonlySet<string>
  /** One more rule, looked at with the others. */
  alsoHolds?(node: SimulatedNode): void
}

/** What did not hold, and what had happened before. */
export class Broken extends Error {
  readonly life: Life
  /** Steps at which something was done. */
  readonly steps: readonly number[]
  readonly atMs: number
  readonly timeline: readonly string[]

  constructor(
    life: Life,
    cause: unknown,
    { steps, atMs, timeline }: Pick<Broken, 'steps' | 'atMs' | 'timeline'>,
  ) {
    super(cause instanceof Error ? cause.message : String(cause), { cause })
    this.life = life
    this.steps = steps
    this.atMs = atMs
    this.timeline = timeline
  }
}

export class Simulation {
  readonly counts: SimulationCounts = {
    probes: 0,
    looks: 0,
    transitions: 0,
    restarts: 0,
    reloads: 0,
    overrides: 0,
    stalls: 0,
  }
  readonly #life: Life
  /** Of the step that is being done. */
  #random: Random
  readonly #ofScheduler: Random
  readonly #steps: number[] = []
  readonly #clock = new VirtualClock()
  readonly #folder: TempFolder
  readonly #servers: readonly SimulatedServer[]
  readonly #timeline: string[] = []
  #node: SimulatedNode | undefined
  #host: HostMode = 'fine'
  /** Since when nothing has kept this node from seeing the truth. */
  #undisturbedMs = 0
  #stalledMs = 0
  #shape = 0
  #settings = ''
  #without: string | undefined
  #isChanged = false
  #failure: unknown

  private constructor(life: Life, folder: TempFolder) {
    const { seed, healthy } = life
    this.#life = life
    this.#random = seededRandom(seed * SEEDS)
    this.#ofScheduler = seededRandom(seed * SEEDS + 1)
    this.#folder = folder
    this.#servers = ADDRESSES.map(
      (address, i) =>
        new SimulatedServer(address, healthy?.has(address) ? undefined : seed * SEEDS + 10 + 2 * i),
    )
  }

  /** Throws a `Broken` where anything does not hold. */
  static async run(life: Life): Promise<SimulationCounts> {
    await using folder = await TempFolder.open()
    const simulation = new Simulation(life, folder)
    try {
      await simulation.#live()
    } catch (error) {
      throw new Broken(life, error, {
        steps: simulation.#steps,
        atMs: simulation.#clock.monotonicMs(),
        timeline: simulation.#timeline,
      })
    }
    return simulation.counts
  }

  async #live(): Promise<void> {
    const { seed, forMs, skipped } = this.#life
    await this.#start()
    try {
      for (let step = 0; this.#clock.monotonicMs() < forMs; step++) {
        // Each has numbers of its own: what is left out changes nothing of the others.
        this.#random = seededRandom(seed * SEEDS + 100 + step)
        await this.#clock.advance(this.#random() * 12 * HOUR_MS)
        if (this.#failure !== undefined) throw this.#failure
        if (skipped?.has(step) !== true && (await this.#act())) this.#steps.push(step)
        this.#look()
        if (this.#failure !== undefined) throw this.#failure
      }
    } finally {
      await this.#node?.stop()
    }
  }

  async #start(): Promise<void> {
    this.#node = await SimulatedNode.start(
      {
        folder: this.#folder,
        clock: this.#clock,
        random: this.#ofScheduler,
        probe: target => this.#probe(target),
        stalledMs: () => this.#stalledMs,
        onLine: line => {
          this.counts.transitions++
          this.#isChanged = true
          this.#note(line)
        },
        onOutcome: (target, outcome) => this.#judged(target, outcome),
      },
      zoneText(this.#shape, this.#without),
      this.#settings,
    )
  }

  async #probe({ address, timing }: ProbeTarget): Promise<Outcome> {
    const nowMs = this.#clock.monotonicMs()
    for (const server of this.#servers) server.live(nowMs)
    const server = this.#servers.find(one => one.address === address)
    const { seen, tookMs } =
      this.#host === 'cut-off'
        ? { seen: NO_ANSWER, tookMs: timing.timeoutMs }
        : this.#host === 'local-fault'
          ? { seen: NO_DESCRIPTORS, tookMs: 1 }
          : (server?.probe(timing.timeoutMs) ?? { seen: REACHED, tookMs: 5 })
    await this.#clock.wait(tookMs)
    return { ...seen, latencyMs: tookMs }
  }

  /** After every outcome: a change is looked at at once. */
  #judged({ address }: ProbeTarget, outcome: Outcome): void {
    this.counts.probes++
    if (outcome.kind !== 'pass') this.#note(`${address} ${outcome.kind} ${outcome.reason}`)
    if (!this.#isChanged && this.counts.probes % LOOK_EVERY !== 0) return
    try {
      this.#look()
    } catch (error) {
      this.#failure ??= error
    }
  }

  #look(): void {
    this.#isChanged = false
    const node = this.#node
    if (node === undefined || this.#failure !== undefined) return
    this.counts.looks++
    checkInvariants(node, this.#clock.monotonicMs())
    this.#life.alsoHolds?.(node)
    this.#checkTruth(node)
  }

  /** What has been dead or healthy for long is known to be so. */
  #checkTruth(node: SimulatedNode): void {
    const nowMs = this.#clock.monotonicMs()
    if (this.#host !== 'fine') return
    for (const server of this.#servers) {
      server.live(nowMs)
      const forMs = nowMs - Math.max(server.sinceMs, this.#undisturbedMs)
      const worstMs = INTERVAL_MS + 1000 + TIMEOUT_MS + FALL * Math.max(FAST_MS, TIMEOUT_MS) + SLACK_MS
      if (forMs < worstMs || server.mode === 'slow' || server.mode === 'flaky') continue
      const expected = server.mode === 'healthy' ? 'up' : 'down'
      for (const pool of node.judging.pools) {
        for (const address of pool.pool.endpoints.flatMap(({ addresses }) => addresses)) {
          const verdict = pool.stateOf(address)?.verdict
          if (address.text === server.address && verdict !== expected)
            throw new Error(
              `${server.address} has been ${server.mode} for ${Math.round(forMs / 1000)} s, and ${pool.pool.name} takes it for ${verdict}`,
            )
        }
      }
    }
  }

  /** Whether anything was done. */
  async #act(): Promise<boolean> {
    const mark = this.#random()
    if (mark < 0.02) await this.#restart()
    else if (mark < 0.06) await this.#reload()
    else if (mark < 0.2) await this.#override()
    else if (mark < 0.3) this.#changeHost()
    else if (mark < 0.36) this.#stall()
    else if (mark < 0.39) this.#jump()
    else return false
    return true
  }

  /** With no time in between nothing that was decided may change. */
  async #restart(): Promise<void> {
    const node = this.#node
    if (node === undefined) return
    const before = selectionsOf(node)
    // A restart forgets what is not on disk: that may change answers.
    const isVolatile = node.book.list.some(one => one.volatile)
    await node.stop()
    const awayMs = this.#random() < 0.5 ? 0 : this.#random() * HOUR_MS
    await this.#clock.advance(awayMs)
    this.#note(`restart after ${Math.round(awayMs / 1000)} s`)
    await this.#start()
    this.counts.restarts++
    this.#disturbed()
    if (awayMs > 0 || isVolatile || this.#node === undefined) return
    const after = selectionsOf(this.#node)
    if (before !== after) throw new Error(`a restart has changed answers: ${before} became ${after}`)
  }

  async #reload(): Promise<void> {
    this.#shape = Math.floor(this.#random() * SHAPES)
    this.#without =
      this.#random() < 0.2 ? POOL_NAMES[Math.floor(this.#random() * POOL_NAMES.length)] : undefined
    this.#note(`reload: shape ${this.#shape}, without ${this.#without}`)
    // References are probed so often that they would be most of a year.
    this.#settings = this.#random() < 0.02 ? SETTINGS : ''
    await this.#node?.load(zoneText(this.#shape, this.#without), this.#settings)
    this.counts.reloads++
    this.#disturbed()
  }

  async #override(): Promise<void> {
    const node = this.#node
    const pools = node?.judging.pools ?? []
    const pool = pools[Math.floor(this.#random() * pools.length)]
    const endpoints = pool?.pool.endpoints ?? []
    const endpoint = endpoints[Math.floor(this.#random() * endpoints.length)]
    if (node === undefined || pool === undefined || endpoint === undefined) return
    const target = `${pool.zoneName}/${pool.pool.name}/${endpoint.name}`
    const kind = OVERRIDE_KINDS[Math.floor(this.#random() * OVERRIDE_KINDS.length)] ?? 'drain'
    const mark = this.#random()
    this.counts.overrides++
    try {
      if (mark < 0.15) await node.operations.release(target, 'alice')
      else if (mark < 0.3) node.operations.failBack(`${pool.zoneName}/${pool.pool.name}`)
      else {
        const forMs = 60_000 + this.#random() * 12 * HOUR_MS
        const force = this.#random() < 0.3
        const request = { kind, target, forMs, reason: '', author: 'alice', force }
        await node.operations.override({ ...request, volatile: this.#random() < 0.2 })
      }
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      this.#note(`refused: ${error.message.split('\n')[0]}`)
    }
  }

  #changeHost(): void {
    const before = this.#host
    const mark = this.#random()
    this.#host = before !== 'fine' || mark < 0.4 ? 'fine' : mark < 0.8 ? 'cut-off' : 'local-fault'
    if (this.#host === before) return
    this.#note(`host: ${before} -> ${this.#host}`)
    this.#disturbed()
  }

  /** The process stands still: all that was due comes late. */
  #stall(): void {
    const ms = this.#random() * 120_000
    this.#note(`stall of ${Math.round(ms / 1000)} s`)
    this.#stalledMs += ms
    this.#clock.stall(ms)
    this.counts.stalls++
    this.#disturbed()
  }

  /** Somebody sets the wall clock. */
  #jump(): void {
    const ms = (this.#random() - 0.5) * 48 * HOUR_MS
    this.#note(`wall clock set back by ${Math.round(ms / 1000)} s`)
    this.#clock.setWallBack(ms)
    // What depends on the wall clock is looked at once a minute.
    this.#node?.judging.heedOverrides()
  }

  #disturbed(): void {
    this.#undisturbedMs = this.#clock.monotonicMs()
  }

  #note(line: string): void {
    const days = this.#clock.monotonicMs() / (24 * HOUR_MS)
    this.#timeline.push(`day ${days.toFixed(4)}: ${line}`)
    if (this.#timeline.length > KEPT) this.#timeline.shift()
  }
}

const NO_ANSWER = { kind: 'fail', reason: 'timeout', detail: 'no answer' } as const
const NO_DESCRIPTORS = {
  kind: 'inconclusive',
  reason: 'no-descriptors',
  detail: 'no descriptors left',
} as const
const REACHED = { kind: 'pass', reason: 'ok', detail: `${REFERENCE} connected` } as const

/** What every pool answers, as one text. */
function selectionsOf(node: SimulatedNode): string {
  return node.judging.pools
    .flatMap(pool =>
      pool.kinds.map(family => {
        const { mode, endpoints, addresses } = pool.selection(family) ?? {
          mode: '',
          endpoints: [],
          addresses: [],
        }
        return `${pool.pool.name} ${family} ${mode} ${endpoints} ${addresses.map(({ text }) => text)}`
      }),
    )
    .join('; ')
}
