/** The loop from an outcome to a changed answer: the only writer of verdicts and selections. */
import type { Announcement } from '#alert/announcement.ts'
import type { SlotContent } from '#answer/board.ts'
import type { Family } from '#base/address.ts'
import type { Clock } from '#base/clock.ts'
import type { Log } from '#base/log.ts'
import type { Configuration, ConfiguredZone, ServerSettings } from '#config/configuration.ts'
import type { Outcome } from '#health/outcome.ts'
import type { Pace } from '#health/timing.ts'
import type { ProbeReport } from '#probe/prober.ts'
import type { ProbeTarget } from '#probe/spec.ts'
import type { Override, PoolOverrides } from '#steering/override.ts'
import type { Selections } from '#steering/select.ts'
import type { Restored } from '#store/records.ts'
import type { Store } from '#store/store.ts'
import { keyOf } from './called.ts'
import type { EventSink } from './events.ts'
import type { KnownHostname } from './hostnames.ts'
import { JudgedState, type Use } from './judged-state.ts'
import { familiesOfTarget, type HeartbeatTarget, isProbed, type JudgedTarget } from './judged-target.ts'
import type { BookChanges, OverrideBook } from './overrides.ts'
import type { PoolState, SelectionChange, SelectNow } from './pool-state.ts'
import { Recorder } from './recorder.ts'
import { References } from './references.ts'
import { ResolvedZones } from './resolved-zones.ts'
import type { TargetState } from './target-state.ts'

export interface JudgingOptions {
  readonly clock: Clock
  /** Puts an answer on the board. */
  write(slotId: string, content: SlotContent): void
  pace(key: string, pace: Pace): void
  readonly store: Pick<Store, 'restored' | 'saveVerdict' | 'saveSelection' | 'addTransition' | 'saveRun'>
  readonly events: EventSink
  readonly log: Log
  /** Told of what somebody may want to be alerted of. */
  announce?(announcement: Announcement): void
  /** What operators and maintenance windows say. */
  readonly book: OverrideBook
  /** What hostnames are resolved to. */
  knownHostname(hostname: string): KnownHostname
}

/** An endpoint that reports in, and what is known of it. */
export interface HeartbeatState {
  readonly state: TargetState
  readonly target: HeartbeatTarget
}

/** By more than it is ever slewed between two outcomes. */
const CLOCK_STEP_MS = 1000

export class Judging {
  readonly #options: JudgingOptions
  /** Where decisions are stored and told of. */
  readonly recorder: Recorder
  #state = new JudgedState()
  #references = new References([])
  #whileCutOff: ServerSettings['whileCutOff'] = 'serve'
  /** Whether every answer is SERVFAIL, since nothing is known of anything. */
  #isSilent = false
  /** As configured, with hostnames unresolved. */
  #zones: readonly ConfiguredZone[] = []
  readonly #resolved = new ResolvedZones()
  /** What an earlier run has stored, until it is taken up: later it would be older than what has been decided since. */
  #restored: Restored
  readonly #hurried = new Set<string>()
  /** Told of each outcome, after it has been judged. */
  onOutcome: (target: TargetState, outcome: Outcome, startedMs: number) => void = () => undefined
  /** Told when operators or time have decided something, after the answers have changed. */
  onHeeded: () => void = () => undefined
  /** Told which pools may have something new to say of themselves, after their answers have changed. */
  onJudged: (pools: readonly PoolState[]) => void = () => undefined
  /** How far the wall clock is ahead of the monotonic one. */
  #wallAheadMs: number
  /** Pools that select again at a time, monotonic. */
  readonly #wakes = new Map<PoolState, number>()
  /** When to look again what of the overrides is in force. */
  #bookWakeMs: number | undefined
  /** Pools of which something was said when that was looked at last. */
  #overruled = new Set<PoolState>()
  #timerMs: number | undefined
  #cancelTimer: () => void = () => undefined

  constructor(options: JudgingOptions) {
    this.#options = options
    this.recorder = new Recorder(options)
    this.#restored = options.store.restored
    this.#wallAheadMs = options.clock.wallMs() - options.clock.monotonicMs()
  }

  get pools(): readonly PoolState[] {
    return this.#state.pools
  }

  /** All that is to be probed. */
  get targets(): readonly ProbeTarget[] {
    const judged = Array.from(this.#state.targets.values(), state => state.target)
    return [...judged.filter(isProbed), ...this.#references.targets]
  }

  /** All whose endpoints report in. */
  get heartbeats(): readonly HeartbeatState[] {
    return Array.from(this.#state.targets.values(), state => ({ state, target: state.target })).filter(
      (one): one is HeartbeatState => !isProbed(one.target),
    )
  }

  /** Why no endpoint is taken for down now, in words; undefined where nothing is wrong with this node. */
  get cutOff(): string | undefined {
    return this.#references.cutOff
  }

  /** Whether every managed name is answered SERVFAIL, whatever is selected. */
  get isSilent(): boolean {
    return this.#isSilent
  }

  /**
   * Judges by this configuration from now on. What is the same as before, by definition and address, keeps its verdicts and
   * selections; what is new takes up what an earlier run has stored. Every answer is on the board when this returns.
   */
  adopt(configuration: Configuration): void {
    const { references, whileCutOff } = configuration.settings
    this.#references = new References(references, this.#references)
    this.#whileCutOff = whileCutOff
    this.#isSilent = this.#mustBeSilent()
    this.recorder.bookChanges(this.#options.book.adopt(configuration.zones))
    this.#zones = configuration.zones
    this.#takeOver(false)
  }

  /** Takes over what hostnames are resolved to now; all else goes on as it is. */
  readdress(): void {
    this.#takeOver(true)
  }

  /** @param keeps whether pools for which nothing has changed go on untouched: on the same boards they have nothing to say */
  #takeOver(keeps: boolean): void {
    const { clock, write, knownHostname } = this.#options
    const before = new Set(this.#state.pools)
    const zones = this.#resolved.of(this.#zones, knownHostname)
    this.#state = JudgedState.from(zones, this.#state, this.#restored, clock, keeps)
    this.#restored = this.#state.leftOf(this.#restored)
    this.recorder.probes.keepOnly(this.#state.targets)
    const fresh = this.#state.poolsInOrder.filter(pool => !before.has(pool))
    const changes = fresh.map(pool => ({ pool, changes: pool.selectAtStart(this.#now(pool)) }))
    for (const { pool } of changes) pool.publish(write, this.#isSilent)
    const now = new Set(this.#state.pools)
    for (const pool of this.#wakes.keys()) if (!now.has(pool)) this.#wakes.delete(pool)
    this.#overruled = new Set(this.#state.pools.filter(pool => this.#options.book.concerns(keyOf(pool))))
    this.#bookWakeMs = this.#options.book.wakeMs
    for (const { pool, changes: made } of changes) {
      this.#noteWake(pool)
      this.recorder.selections(pool, made)
    }
    this.onJudged(fresh)
    this.#setTimer()
  }

  /** Tells the prober of every target whose pace is not the normal one. */
  setPaces(): void {
    // Those that made them go faster may be gone.
    this.#references.startOver()
    for (const { key } of this.#references.targets) this.#options.pace(key, 'normal')
    for (const { target, pace } of this.#state.targets.values())
      if (pace !== 'normal') this.#setPace(target, pace)
  }

  /** When this node was last known to be cut off from all that the families have, monotonic; endless in the past if never. */
  cutOffMs(families: readonly Family[]): number {
    return this.#references.cutOffMs(families)
  }

  /** From now on the target's next fail is known to come at that monotonic time. The TTLs have changed when this returns. */
  foretell(key: string, nextFailMs: number): void {
    const target = this.#state.targets.get(key)
    if (target === undefined) return
    target.nextFailMs = nextFailMs
    const uses = this.#state.judgedBy(key).flatMap(state => this.#state.usesOf(state))
    const pools = this.#state.withParents(uses.map(use => use.pool))
    for (const pool of pools) pool.publish(this.#options.write, this.#isSilent)
    this.onJudged(pools)
  }

  /**
   * Takes the outcome of one probe. The answers have changed when this returns.
   *
   * @param isCertain whether a fail is believed whatever references say
   */
  take({ key, outcome, startedMs, endedWallMs }: ProbeReport, isCertain = false): void {
    const { clock, events } = this.#options
    this.#heedClock()
    if (this.#references.take(key, outcome, startedMs)) this.#heedReferences()
    const target = this.#state.targets.get(key)
    if (target === undefined) return
    const arrivedMs = clock.monotonicMs()
    const { pace: paceBefore, nextFailMs } = target
    const seen = target.lastOutcome?.outcome
    const before = target.take(outcome, startedMs, endedWallMs, firstFailMs =>
      isCertain ? 'yes' : this.#references.mayFall(familiesOfTarget(target.target), firstFailMs),
    )
    const isSame = target.health === before && target.nextFailMs === nextFailMs
    const judged = this.#state.judgedBy(key).map(state => ({ state, from: state.update(arrivedMs) }))
    const uses = judged.flatMap(({ state }) => this.#state.usesOf(state))
    const changes = isSame ? [] : this.#select(uses.map(use => use.pool))
    if (changes.some(({ changes: made }) => made.length > 0))
      events.switched((clock.monotonicMs() - arrivedMs) / 1000)
    if (target.pace !== paceBefore) this.#setPace(target.target, target.pace)
    this.recorder.target(target, before, outcome)
    for (const { state, from } of judged)
      this.recorder.verdict(state, from, this.#state.usesOf(state), { target, before })
    for (const { pool, changes: made } of changes) this.recorder.selections(pool, made)
    this.recorder.announcer.certificate(uses, seen, outcome)
    for (const { zone, check } of checksOf(uses))
      events.probe({ zone, check, type: target.target.spec.type, outcome })
    this.onOutcome(target, outcome, startedMs)
  }

  /** Stores everything that is in use, whether it has changed or not. */
  saveAgain(): void {
    const { store, clock } = this.#options
    this.recorder.probes.flush()
    for (const target of this.#state.targets.values()) {
      const stored = target.record()
      if (stored !== undefined) store.saveVerdict(stored)
    }
    for (const state of this.#state.addresses.values()) {
      const stored = state.record(clock.monotonicMs(), clock.wallMs())
      if (stored !== undefined) store.saveVerdict(stored)
    }
    for (const pool of this.#state.pools) for (const kind of pool.kinds) this.recorder.selection(pool, kind)
    this.#options.book.saveAgain()
  }

  /** Selects anew in this pool and those that it is a part of, since something is said of it now. */
  reselect(pool: PoolState): void {
    for (const { pool: one, changes } of this.#select([pool])) this.recorder.selections(one, changes)
  }

  /** What the pool would answer if this were said of it. */
  previewWith(pool: PoolState, overrides: PoolOverrides): Selections {
    return pool.preview({ ...this.#now(pool), overrides })
  }

  /** Probes the target as fast as while a change is being decided, or by its own pace again. */
  hurry(key: string, hurries: boolean): void {
    if (hurries) this.#hurried.add(key)
    else this.#hurried.delete(key)
    const target = this.#state.targets.get(key)
    if (target !== undefined) this.#setPace(target.target, target.pace)
  }

  /** What is stored has the times of the wall clock: if that is set, holds and times since when would be others after a restart. */
  #heedClock(): void {
    const { clock } = this.#options
    const aheadMs = clock.wallMs() - clock.monotonicMs()
    const isSet = Math.abs(aheadMs - this.#wallAheadMs) > CLOCK_STEP_MS
    this.#wallAheadMs = aheadMs
    if (!isSet) return
    this.saveAgain()
    this.heedOverrides()
  }

  /** No timer is left behind, and what probes saw is saved. */
  stop(): void {
    this.recorder.probes.flush()
    this.#cancelTimer()
  }

  /** By what the pool selects now, with one more override if that is given. */
  #now(pool: PoolState, more?: Override): SelectNow {
    return { ...this.now(), overrides: this.#options.book.of(keyOf(pool), more) }
  }

  /** This moment by both clocks. */
  now(): { readonly wallMs: number; readonly nowMs: number } {
    const { clock } = this.#options
    return { wallMs: clock.wallMs(), nowMs: clock.monotonicMs() }
  }

  /** What the pool would answer with one more override. */
  preview(pool: PoolState, more: Override): Selections {
    return pool.preview(this.#now(pool, more))
  }

  /** Operators have decided something, or time has: every pool of which anything is said, or was, selects anew. */
  heedOverrides(): void {
    this.#heedBook(this.#options.book.look())
  }

  /** That the time has come to look means nothing yet: the wall clock might have been set, and mostly is not. */
  #heedTime(): void {
    const { book } = this.#options
    const changes = book.look()
    const { expired, windows } = changes
    if (expired.length + windows.opened.length + windows.closed.length > 0) this.#heedBook(changes)
    else this.#bookWakeMs = book.wakeMs
  }

  #heedBook(changes: BookChanges): void {
    const { book } = this.#options
    this.recorder.bookChanges(changes)
    const now = this.#state.pools.filter(pool => book.concerns(keyOf(pool)))
    const concerned = [...new Set([...this.#overruled, ...now])]
    this.#overruled = new Set(now)
    this.#bookWakeMs = book.wakeMs
    for (const { pool, changes } of this.#select(concerned)) this.recorder.selections(pool, changes)
    this.onHeeded()
  }

  /** Goes back to an endpoint of higher preference that is up, where there is one; gives the families that have changed. */
  failBack(pool: PoolState): readonly SelectionChange[] {
    const changes = pool.select({ ...this.#now(pool), asked: true })
    pool.publish(this.#options.write, this.#isSilent)
    this.onJudged([pool])
    this.#noteWake(pool)
    this.#setTimer()
    this.recorder.selections(pool, changes)
    const parents = this.#state.withParents([pool]).filter(one => one !== pool)
    for (const { pool: parent, changes: made } of this.#select(parents))
      this.recorder.selections(parent, made)
    return changes
  }

  /** These select anew, and all that they are parts of. */
  #select(pools: readonly PoolState[]): { pool: PoolState; changes: SelectionChange[] }[] {
    const { write } = this.#options
    const all = this.#state.withParents(pools)
    const selected = all.map(pool => {
      const changes = pool.select(this.#now(pool))
      pool.publish(write, this.#isSilent)
      this.#noteWake(pool)
      return { pool, changes }
    })
    this.onJudged(all)
    this.#setTimer()
    return selected
  }

  /** References go as fast as the targets whose fails they are to confirm. */
  #setPace(target: JudgedTarget, pace: Pace): void {
    if (isProbed(target)) this.#options.pace(target.key, this.#hurried.has(target.key) ? 'fast' : pace)
    for (const followers of this.#references.follow(target.key, familiesOfTarget(target), pace))
      for (const reference of followers.keys) this.#options.pace(reference, followers.pace)
  }

  #mustBeSilent(): boolean {
    return this.#whileCutOff === 'servfail' && this.#references.isWhollyCutOff
  }

  #heedReferences(): void {
    this.recorder.announcer.cutOff(this.cutOff)
    const isSilent = this.#mustBeSilent()
    if (isSilent === this.#isSilent) return
    this.#isSilent = isSilent
    for (const pool of this.#state.pools) pool.publish(this.#options.write, isSilent)
    this.onJudged(this.#state.pools)
    const { log } = this.#options
    if (isSilent) log.warn({}, `${this.#references.cutOff}; every managed name is answered SERVFAIL`)
    else log.info({}, 'a reference is reached again: managed names are answered')
  }

  #noteWake(pool: PoolState): void {
    const { wakeMs } = pool
    if (wakeMs === undefined) this.#wakes.delete(pool)
    else this.#wakes.set(pool, wakeMs)
  }

  /** One timer for the earliest of all pools that wait for a time. */
  #setTimer(): void {
    const times = [...this.#wakes.values(), ...(this.#bookWakeMs === undefined ? [] : [this.#bookWakeMs])]
    const wakeMs = times.length === 0 ? undefined : Math.min(...times)
    if (wakeMs === this.#timerMs) return
    this.#cancelTimer()
    this.#timerMs = wakeMs
    if (wakeMs !== undefined) this.#cancelTimer = this.#options.clock.at(wakeMs, () => this.#wake())
  }

  #wake(): void {
    this.#timerMs = undefined
    this.#heedClock()
    const nowMs = this.#options.clock.monotonicMs()
    if (this.#bookWakeMs !== undefined && this.#bookWakeMs <= nowMs) this.#heedTime()
    const due = [...this.#wakes].filter(([, wakeMs]) => wakeMs <= nowMs).map(([pool]) => pool)
    for (const { pool, changes } of this.#select(due)) this.recorder.selections(pool, changes)
  }
}

/** Each health check of each zone once, of all that this target's outcome was for. */
function checksOf(uses: readonly Use[]): { zone: string; check: string }[] {
  const found = new Map<string, { zone: string; check: string }>()
  for (const { pool } of uses) {
    const check = pool.pool.check?.name ?? ''
    found.set(`${pool.zoneName}\n${check}`, { zone: pool.zoneName, check })
  }
  return [...found.values()]
}
