/**
 * Endpoints that report in: each report is a pass, and each time that none has come within interval and grace is a fail. From the last report, or
 * since one is waited for:
 *
 *   0 ------------------ interval ------- interval + grace
 *   the report            one is overdue: the TTL is the time left
 *                                          it is missing: fail, and the wait begins anew
 */
import { timingSafeEqual } from 'node:crypto'
import type { Clock } from '#base/clock.ts'
import { formatDuration } from '#base/duration.ts'
import { type Finding, fail, inconclusive, invert, pass } from '#probe/finding.ts'
import { type HeartbeatTarget, tokenDigest } from './judged-target.ts'
import type { HeartbeatState, Judging } from './judging.ts'
import type { TargetState } from './target-state.ts'

/** What an endpoint says of itself. */
export interface Report {
  readonly status: 'pass' | 'fail'
  /** Shown with the outcome, on one line. */
  readonly detail?: string | undefined
}

/** Timers are never quite punctual. */
const PUNCTUAL_MS = 20
/** In so long what waits in the sockets has been read, if this thread runs. */
const CATCH_UP_MS = 100
/** A thread that stood still for as long as this, or a quarter of the grace, may have lost reports. */
const SHORTEST_STALL_MS = 250
/** So soon is asked again whether a fail is believed. */
const DOUBT_MS = 1000

/** In place of that of an endpoint that is not there: no token has it. */
const NO_DIGEST = new Uint8Array(32)

interface Beat {
  /** Replaced where its token has been changed. */
  target: HeartbeatTarget
  /** The same as long as the key is. */
  readonly state: TargetState
  /** Monotonic: since when one report is waited for, and when the last one came or the first wait began. */
  sinceMs: number
  heardMs: number
  /** Monotonic: when it is looked at next. */
  lookMs: number
  isCatchingUp: boolean
  cancel(): void
}

type Judge = Pick<Judging, 'take' | 'foretell' | 'cutOffMs'>

export class Heartbeats {
  readonly #clock: Clock
  readonly #judging: Judge
  /** By key. */
  #beats = new Map<string, Beat>()
  /** By `zone/pool/endpoint`. */
  #byName = new Map<string, Beat>()

  constructor(clock: Clock, judging: Judge) {
    this.#clock = clock
    this.#judging = judging
  }

  /** Waits for these from now on. For what was there before the wait goes on; all else has interval and grace from now. */
  adopt(heartbeats: readonly HeartbeatState[]): void {
    const before = this.#beats
    this.#beats = new Map()
    this.#byName = new Map()
    for (const { target, state } of heartbeats) {
      const beat = before.get(target.key) ?? this.#begin(target, state)
      before.delete(target.key)
      beat.target = target
      this.#beats.set(target.key, beat)
      this.#byName.set(target.name, beat)
    }
    for (const gone of before.values()) gone.cancel()
  }

  /** No timer is left behind, and none begun by a report that comes late. */
  stop(): void {
    this.adopt([])
  }

  /** Whether the token is that of the endpoint `zone/pool/endpoint`. Takes as long where there is no such endpoint. */
  accepts(endpoint: string, token: string): boolean {
    const expected = this.#find(endpoint)?.target.tokenDigest ?? NO_DIGEST
    return timingSafeEqual(tokenDigest(token), expected)
  }

  /** The endpoint `zone/pool/endpoint` has reported. The answers have changed when this returns. */
  report(endpoint: string, { status, detail = '' }: Report): void {
    const beat = this.#find(endpoint)
    if (beat === undefined) return
    const nowMs = this.#clock.monotonicMs()
    const said = detail === '' ? '' : `: ${detail}`
    beat.heardMs = nowMs
    const finding = status === 'pass' ? pass(`reported${said}`) : fail('reported', `reported a fail${said}`)
    this.#take(beat, finding, true)
    this.#wait(beat, nowMs)
  }

  #find(endpoint: string): Beat | undefined {
    // Names of pools and endpoints hold no slash, that of a zone may.
    const [, zone = '', rest = ''] = /^(.+?)\.?(\/[^/]*\/[^/]*)$/.exec(endpoint) ?? []
    return this.#byName.get(`${zone.toLowerCase()}${rest}`)
  }

  #begin(target: HeartbeatTarget, state: TargetState): Beat {
    const nowMs = this.#clock.monotonicMs()
    const times = { sinceMs: nowMs, heardMs: nowMs, lookMs: nowMs }
    const beat: Beat = { target, state, ...times, isCatchingUp: false, cancel: () => undefined }
    this.#wait(beat, nowMs)
    return beat
  }

  #wait(beat: Beat, sinceMs: number): void {
    beat.sinceMs = sinceMs
    beat.isCatchingUp = false
    this.#lookAt(beat, sinceMs + beat.target.timing.intervalMs)
  }

  #lookAt(beat: Beat, atMs: number): void {
    beat.cancel()
    beat.lookMs = atMs
    beat.cancel = this.#clock.at(atMs, () => this.#look(beat))
  }

  #look(beat: Beat): void {
    const { intervalMs, timeoutMs: graceMs } = beat.target.timing
    const nowMs = this.#clock.monotonicMs()
    const missingMs = beat.sinceMs + intervalMs + graceMs
    const lateMs = nowMs - beat.lookMs
    if (lateMs > Math.max(SHORTEST_STALL_MS, graceMs / 4)) {
      const seen = `this server was held up for ${Math.round(lateMs)} ms`
      this.#excuse(beat, inconclusive('stalled', `${this.#silence(beat)}; ${seen}`))
    } else if (lateMs > PUNCTUAL_MS && !beat.isCatchingUp) {
      beat.isCatchingUp = true
      this.#lookAt(beat, nowMs + CATCH_UP_MS)
    } else if (nowMs < missingMs) this.#overdue(beat, nowMs, missingMs)
    else this.#missing(beat, nowMs)
  }

  /** The last look but one comes so early that the last one knows whether this thread has stood still. */
  #overdue(beat: Beat, nowMs: number, missingMs: number): void {
    beat.isCatchingUp = false
    // Of an inverted one the lack of a report is a pass.
    if (beat.target.spec.inverted !== true) this.#judging.foretell(beat.target.key, missingMs)
    const lastButOneMs = missingMs - CATCH_UP_MS
    this.#lookAt(beat, nowMs < lastButOneMs ? lastButOneMs : missingMs)
  }

  #missing(beat: Beat, nowMs: number): void {
    if (this.#judging.cutOffMs(beat.target.families) > beat.sinceMs) {
      this.#excuse(beat, inconclusive('cut-off', `${this.#silence(beat)}; this node was cut off`))
      return
    }
    this.#take(beat, fail('missing', this.#silence(beat)), false)
    if (beat.state.isDoubted) this.#lookAt(beat, nowMs + DOUBT_MS)
    else this.#wait(beat, nowMs)
  }

  /** Reports may have been lost on the way to this process: that nothing came says nothing. */
  #excuse(beat: Beat, finding: Finding): void {
    this.#take(beat, finding, false)
    this.#wait(beat, this.#clock.monotonicMs())
  }

  #take({ target }: Beat, finding: Finding, isCertain: boolean): void {
    const { key, spec } = target
    const outcome = { ...(spec.inverted === true ? invert(finding) : finding), latencyMs: 0 }
    const report = {
      key,
      outcome,
      startedMs: this.#clock.monotonicMs(),
      endedWallMs: this.#clock.wallMs(),
    }
    this.#judging.take(report, isCertain)
  }

  #silence({ heardMs }: Beat): string {
    const tenths = Math.round((this.#clock.monotonicMs() - heardMs) / 100)
    return `no report for ${formatDuration(tenths * 100)}`
  }
}
