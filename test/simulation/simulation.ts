/** Years of a node's life in seconds: everything fails by a seed, and what must hold is looked at after every event. */
import assert from 'node:assert/strict'
import { type Random, seededRandom } from '#base/random.ts'
import type { Outcome } from '#health/outcome.ts'
import type { ProbeTarget } from '#probe/spec.ts'
import type { StoredTransition } from '#store/records.ts'
import { TempFolder } from '#test/temp-folder.ts'
import { VirtualClock } from '#test/virtual-clock.ts'
import { COMMIT_MS, damage } from './disk.ts'
import { History } from './history.ts'
import { checkDrills, checkHostnames, checkPaces, checkPool, checkWindow } from './invariants.ts'
import { Broken, type Life, type SimulationCounts } from './life.ts'
import { SimulatedNode } from './node.ts'
import { Operator } from './operator.ts'
import { Truth } from './truth.ts'
import { SimulatedWorld } from './world.ts'
import { HOSTNAMES, OPTIONAL_POOLS, REFERENCES, SHAPES, zoneText } from './zone.ts'

const HOUR_MS = 3_600_000
/** So many events are kept for the timeline of a failure. */
const KEPT = 200
/** Seeds of the parts of one life lie apart from those of the next. */
const SEEDS = 1_000_003
/** After each event those pools are looked at that it may have changed; all of them, and the rest, after so many. */
const LOOK_EVERY = 600
/** What was decided so long ago is on disk, whatever happens. */
const SAFE_MS = 100

export class Simulation {
  readonly counts: SimulationCounts = {
    probes: 0,
    looks: 0,
    transitions: 0,
    restarts: 0,
    kills: 0,
    reloads: 0,
    overrides: 0,
    drills: 0,
    stalls: 0,
    faults: 0,
  }
  readonly #life: Life
  /** Of the step that is being done. */
  #random: Random
  readonly #ofScheduler: Random
  readonly #steps: number[] = []
  readonly #clock = new VirtualClock()
  readonly #folder: TempFolder
  readonly #world: SimulatedWorld
  readonly #truth: Truth
  readonly #history = new History()
  readonly #operator = new Operator(line => this.#note(line))
  readonly #timeline: string[] = []
  /** What probes of each target saw last: told where it is something else. */
  readonly #seen = new Map<string, string>()
  #node: SimulatedNode | undefined
  #shape = 0
  #settings: string
  #without: string | undefined
  #events = 0
  /** How often anything has disturbed the node, and drills that none of it has. */
  #disturbances = 0
  readonly #calmDrills = new Map<string, number>()
  /** After so many more lines of the log the process is killed. */
  #linesToLive = Number.POSITIVE_INFINITY
  #refusedMs = Number.POSITIVE_INFINITY
  /** Whether the wall clock was set and no outcome has come since. */
  #isClockUnseen = false
  #failure: unknown

  private constructor(life: Life, folder: TempFolder) {
    const { seed, steady = new Set() } = life
    this.#life = life
    this.#random = seededRandom(seed * SEEDS)
    this.#ofScheduler = seededRandom(seed * SEEDS + 1)
    this.#folder = folder
    // Every other life begins with references.
    this.#settings = seed % 2 === 0 ? REFERENCES : ''
    this.#world = new SimulatedWorld({
      clock: this.#clock,
      seedOf: place => seed * SEEDS + place,
      steady,
      onReport: (address, report) => this.#node?.report(address, report),
    })
    this.#truth = new Truth(this.#world)
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
    const { seed, forMs, skipped, signal } = this.#life
    await this.#start()
    try {
      for (let step = 0; this.#clock.monotonicMs() < forMs; step++) {
        // Each has numbers of its own: what is left out changes nothing of the others.
        this.#random = seededRandom(seed * SEEDS + 100 + step)
        signal?.throwIfAborted()
        await this.#pass(this.#random() * 12 * HOUR_MS)
        if (this.#linesToLive <= 0) await this.#killSoon()
        if (skipped?.has(step) !== true && (await this.#act())) this.#steps.push(step)
        this.#look()
        if (this.#failure !== undefined) throw this.#failure
      }
    } finally {
      await this.#node?.stop()
    }
  }

  async #pass(ms: number): Promise<void> {
    await this.#clock.advance(ms, () => this.#afterEvent())
    if (this.#failure !== undefined) throw this.#failure
  }

  async #start(): Promise<void> {
    this.#node = await SimulatedNode.start(
      {
        folder: this.#folder,
        clock: this.#clock,
        random: this.#ofScheduler,
        world: this.#world,
        onLine: line => this.#told(line),
        onOutcome: (target, outcome) => this.#judged(target, outcome),
        onReaddressed: () => {
          this.#disturbed()
          this.#history.keepOnly(this.#node?.judging.pools ?? [])
        },
        onDrilled: drill => this.#drilled(drill),
      },
      zoneText(this.#shape, this.#without),
      this.#settings,
    )
  }

  get #running(): SimulatedNode {
    return this.#node ?? assert.fail('nothing runs')
  }

  #told(line: string): void {
    this.counts.transitions++
    this.#linesToLive--
    if (line.includes('maintenance')) this.#disturbances++
    this.#note(line)
  }

  #judged({ key, address }: ProbeTarget, outcome: Outcome): void {
    this.counts.probes++
    this.#isClockUnseen = false
    const seen = `${outcome.kind} ${outcome.reason}`
    if (this.#seen.get(key) === seen) return
    this.#seen.set(key, seen)
    this.#note(`${address} ${seen}`)
  }

  /** Those that the event may have changed; whether that is enough. */
  #afterEvent(): boolean {
    const node = this.#node
    if (node === undefined) return false
    if (++this.#events % LOOK_EVERY === 0) this.#look()
    else if (node.touched.size > 0) this.#heeding(() => this.#lookAt(node, true))
    return this.#failure !== undefined || this.#linesToLive <= 0
  }

  #look(): void {
    const node = this.#node
    if (node === undefined) return
    this.#heeding(() => this.#lookAtAll(node))
  }

  #heeding(check: () => void): void {
    if (this.#failure !== undefined) return
    this.counts.looks++
    try {
      check()
    } catch (error) {
      this.#failure = error
    }
  }

  /** @param byItself whether nobody has just decided anything */
  #lookAt(node: SimulatedNode, byItself: boolean): void {
    const nowMs = this.#clock.monotonicMs()
    const inUse = new Set(node.judging.pools)
    for (const pool of node.touched) {
      if (!inUse.has(pool)) continue
      checkPool(node, pool, nowMs, false)
      this.#history.see(node, pool, nowMs, byItself)
    }
    node.touched.clear()
    node.written.clear()
    if (node.drills.list[0]?.state === 'running') checkDrills(node, nowMs)
  }

  #lookAtAll(node: SimulatedNode): void {
    const nowMs = this.#clock.monotonicMs()
    this.#lookAt(node, false)
    for (const pool of node.judging.pools) checkPool(node, pool, nowMs, true)
    this.#history.checkFailback(node, nowMs)
    checkPaces(node)
    checkDrills(node, nowMs)
    checkHostnames(node, this.#world.resolver)
    if (this.#without !== 'www') checkWindow(node, this.#clock.wallMs())
    this.#operator.look(node)
    this.#truth.check(node, nowMs)
    this.#life.alsoHolds?.(node)
  }

  /** Whether anything was done. */
  async #act(): Promise<boolean> {
    const node = this.#node
    if (node === undefined) return false
    const mark = this.#random()
    if (mark < 0.006) await this.#restart()
    else if (mark < 0.022) this.#linesToLive = Math.ceil(this.#random() * 8)
    else if (mark < 0.027) await this.#killInDecision(node)
    else if (mark < 0.06) await this.#reload(node)
    else if (mark < 0.23) await this.#decide(node)
    else if (mark < 0.3) await this.#drill(node)
    // What befalls the host is over sooner than it comes.
    else if (mark < 0.4 || (mark > 0.7 && this.#world.host !== 'fine')) this.#changeHost(node)
    else if (mark < 0.45) await this.#stall()
    else if (mark < 0.48) this.#jump(node)
    else if (mark < 0.52) this.#changeDisk(node)
    else return false
    return true
  }

  async #decide(node: SimulatedNode): Promise<void> {
    this.counts.overrides++
    this.#disturbances++
    await this.#operator.decide(node, this.#random)
  }

  async #drill(node: SimulatedNode): Promise<void> {
    const pool = await this.#operator.drill(node, this.#random)
    if (pool === undefined) return
    this.counts.drills++
    const isCalm = this.#world.host === 'fine' && node.book.list.length === 0
    if (isCalm && !node.isInMaintenance) this.#calmDrills.set(pool, this.#disturbances)
    else this.#calmDrills.delete(pool)
  }

  /** What nothing has disturbed is switched in the time that was promised. */
  #drilled({ pool, to, why }: StoredTransition): void {
    this.#heeding(() =>
      assert.ok(to !== 'late' || this.#calmDrills.get(pool) !== this.#disturbances, `${pool}: ${why}`),
    )
    this.#calmDrills.delete(pool)
  }

  /** It ends as it is told to. */
  async #restart(): Promise<void> {
    this.counts.restarts++
    const awayMs = this.#random() < 0.5 ? 0 : this.#random() * HOUR_MS
    await this.#again(awayMs, `restart after ${Math.round(awayMs / 1000)} s`, node => node.stop())
  }

  /** A moment after something was decided. */
  async #killSoon(): Promise<void> {
    this.#linesToLive = Number.POSITIVE_INFINITY
    await this.#pass(this.#random() < 0.3 ? 0 : this.#random() * 2 * SAFE_MS)
    await this.#kill()
  }

  async #killInDecision(node: SimulatedNode): Promise<void> {
    await this.#operator.decideUnheard(node, this.#random)
    await this.#kill()
  }

  /** It is killed; now and then for an hour, and something damages the database. */
  async #kill(): Promise<void> {
    this.counts.kills++
    const lostMs = this.#random() * COMMIT_MS
    const awayMs = this.#random() < 0.7 ? 0 : this.#random() * HOUR_MS
    const isDamaged = this.#random() < 0.05
    const what = `killed, and back after ${Math.round(awayMs / 1000)} s${isDamaged ? ' with a damaged database' : ''}`
    await this.#again(awayMs, what, node => node.kill(lostMs), isDamaged)
  }

  /** With no time in between nothing that is on disk may change; what was acknowledged is always there. */
  async #again(
    awayMs: number,
    what: string,
    end: (node: SimulatedNode) => Promise<void>,
    isDamaged = false,
  ): Promise<void> {
    const node = this.#node
    if (node === undefined) return
    const nowMs = this.#clock.monotonicMs()
    const safeMs = Math.min(nowMs, this.#refusedMs) - SAFE_MS
    const inForce = this.#operator.inForce(node)
    const answers = this.#history.answersBefore(node, safeMs, pool => !node.isDrilled(pool))
    const isUnheard = node.disk.fate !== undefined
    const { isRefusing } = node.disk
    this.#node = undefined
    await end(node)
    if (isDamaged) damage(`${this.#folder.path}/state`)
    await this.#clock.advance(awayMs)
    this.#note(what)
    await this.#start()
    const again = this.#running
    again.disk.refuse(isRefusing)
    this.#disturbed()
    this.#forget(awayMs > 0 || isDamaged || this.#isClockUnseen, safeMs)
    if (isDamaged) return
    this.#operator.checkKept(again, inForce, this.#clock.wallMs())
    if (awayMs > 0 || inForce.hasVolatile || isUnheard || this.#isClockUnseen) return
    this.#history.checkAnswers(again, answers)
  }

  #forget(isAll: boolean, safeMs: number): void {
    if (isAll) this.#history.forget()
    else this.#history.forgetSince(safeMs)
    if (isAll || this.#world.host === 'local-fault' || this.#refusedMs < Number.POSITIVE_INFINITY)
      this.#truth.unfreeze()
    for (const hostname of HOSTNAMES)
      this.#world.resolver.forget(hostname, this.#node?.hostnames.of(hostname).addresses ?? [])
  }

  async #reload(node: SimulatedNode): Promise<void> {
    this.#shape = Math.floor(this.#random() * SHAPES)
    this.#without =
      this.#random() < 0.2 ? OPTIONAL_POOLS[Math.floor(this.#random() * OPTIONAL_POOLS.length)] : undefined
    if (this.#random() < 0.2) this.#settings = this.#settings === '' ? REFERENCES : ''
    this.#note(
      `reload: shape ${this.#shape}, without ${this.#without}, ${this.#settings === '' ? 'no ' : ''}references`,
    )
    await node.load(zoneText(this.#shape, this.#without), this.#settings)
    this.counts.reloads++
    this.#disturbed()
    this.#history.forget()
    this.#truth.unfreeze()
  }

  #changeHost(node: SimulatedNode): void {
    const world = this.#world
    const before = world.changeHost(this.#random)
    if (before === undefined) return
    this.#note(`host: ${before} -> ${world.host}`)
    const isKnown = world.host === 'local-fault' || (world.host !== 'fine' && this.#settings !== '')
    if (isKnown) this.#truth.freeze(node, this.#clock.monotonicMs())
    else this.#truth.unfreeze()
    this.#disturbed()
  }

  /** The disk refuses, or takes again what is written. */
  #changeDisk(node: SimulatedNode): void {
    const isRefusing = !node.disk.isRefusing
    node.disk.refuse(isRefusing)
    this.#refusedMs = isRefusing ? this.#clock.monotonicMs() : Number.POSITIVE_INFINITY
    if (isRefusing) this.counts.faults++
    this.#note(isRefusing ? 'the disk refuses' : 'the disk takes what is written')
  }

  /** The process stands still: all that was due comes late. */
  /** What has come due meanwhile is seen to first. */
  async #stall(): Promise<void> {
    const ms = this.#random() * 120_000
    this.#note(`stall of ${Math.round(ms / 1000)} s, number ${++this.counts.stalls}`)
    this.#world.stalledMs += ms
    this.#clock.stall(ms)
    await this.#clock.advance(0)
    this.#disturbed()
  }

  /** Somebody sets the wall clock. */
  #jump(node: SimulatedNode): void {
    const ms = (this.#random() - 0.5) * 48 * HOUR_MS
    this.#note(`wall clock set back by ${Math.round(ms / 1000)} s`)
    this.#clock.setWallBack(ms)
    this.#disturbances++
    this.#isClockUnseen = true
    // What depends on the wall clock is looked at once a minute.
    node.judging.heedOverrides()
  }

  #disturbed(): void {
    this.#disturbances++
    this.#truth.disturbed(this.#clock.monotonicMs())
  }

  #note(line: string): void {
    const days = this.#clock.monotonicMs() / (24 * HOUR_MS)
    this.#timeline.push(`day ${days.toFixed(4)}: ${line}`)
    if (this.#timeline.length > KEPT) this.#timeline.shift()
  }
}
