/** Reading the configuration again: when that is asked for, or files have changed; one after the other. */
import type { Complaint } from '#base/complaint.ts'
import type { Configuration } from '#config/configuration.ts'
import { type LoadRequest, loadConfiguration } from '#config/load.ts'
import { type Difference, difference } from './difference.ts'
import type { EventSink } from './events.ts'
import { plainName } from './plan.ts'

export interface Reloaded {
  readonly done: boolean
  /** With `done` only warnings. */
  readonly complaints: readonly Complaint[]
  /** Everything is as it was. */
  readonly unchanged?: boolean
  /** Between the configuration that was in force and the one that was read; undefined if that cannot be used. */
  readonly difference?: Difference
}

export interface ReloaderOptions {
  readonly request: LoadRequest
  readonly events: Pick<EventSink, 'reload'>
  /** What is in force. */
  current(): Configuration
  isClosing(): boolean
  /** Puts another configuration in force. */
  goOver(configuration: Configuration): Promise<void>
  /** Told what has become of one, or what was thrown. */
  onEnd(ended: Reloaded | { readonly error: unknown }): void
}

export class Reloader {
  readonly #options: ReloaderOptions
  #turn: Promise<unknown> = Promise.resolve()
  /** The reload that waits for the one under way. */
  #next: Promise<Reloaded> | undefined
  #nextPreview: Promise<Reloaded> | undefined
  #fault: string | undefined

  constructor(options: ReloaderOptions) {
    this.#options = options
  }

  /** Why what the files say is not in force; undefined where it is, as far as is known. */
  get fault(): string | undefined {
    return this.#fault
  }

  /** Whoever asks while another reload waits for its turn gets that one. Rejects once the server is being stopped. */
  reload(): Promise<Reloaded> {
    const begin = (): Promise<Reloaded> => {
      this.#next = undefined
      return this.#counted(false)
    }
    this.#next ??= this.#afterwards(begin)
    return this.#next
  }

  /**
   * Since files have changed: nothing happens where everything says the same as before, and no zone is given up, since a folder may be on its way to being
   * unmounted.
   */
  reloadChanged(): Promise<Reloaded> {
    return this.#afterwards(() => this.#counted(true))
  }

  /** What a reload would say and change, which changes nothing. `done` says whether it would be. Shared as `reload`. */
  preview(): Promise<Reloaded> {
    const begin = async (): Promise<Reloaded> => {
      this.#nextPreview = undefined
      const { configuration: _, ...read } = await this.#read(false)
      return read
    }
    this.#nextPreview ??= this.#afterwards(begin)
    return this.#nextPreview
  }

  #afterwards(work: () => Promise<Reloaded>): Promise<Reloaded> {
    const turn = this.#turn.then(work)
    this.#turn = turn.catch(() => undefined)
    return turn
  }

  async #counted(isWatched: boolean): Promise<Reloaded> {
    const { events, onEnd } = this.#options
    try {
      const reloaded = await this.#reload(isWatched)
      this.#fault = reloaded.done || reloaded.unchanged === true ? undefined : faultOf(reloaded)
      if (reloaded.unchanged !== true) events.reload(reloaded.done ? 'success' : 'failure')
      onEnd(reloaded)
      return reloaded
    } catch (error) {
      this.#fault = `${NOT_IN_FORCE}: ${error instanceof Error ? error.message : String(error)}`
      events.reload('failure')
      onEnd({ error })
      throw error
    }
  }

  async #reload(isWatched: boolean): Promise<Reloaded> {
    const { configuration, ...reloaded } = await this.#read(isWatched)
    if (configuration !== undefined) await this.#options.goOver(configuration)
    return reloaded
  }

  /** The configuration as it is in the files now, if it can be used. */
  async #read(isWatched: boolean): Promise<Reloaded & { readonly configuration?: Configuration }> {
    const { request, current, isClosing } = this.#options
    const { configuration, complaints } = await loadConfiguration(request)
    if (isClosing()) throw new Error('the server is being stopped')
    if (configuration === undefined || complaints.some(complaint => complaint.severity === 'error'))
      return { done: false, complaints }
    const problem = isWatched
      ? problemOfChange(current(), configuration)
      : problemOf(current(), configuration)
    if (problem === 'unchanged') return { done: false, complaints: [], unchanged: true }
    if (problem !== undefined) return { done: false, complaints: [...complaints, problem] }
    return { done: true, complaints, difference: difference(current(), configuration), configuration }
  }
}

const NOT_IN_FORCE = 'the files are not in force, but what was read before'

/** Only the place: what stands there is not for everybody who may read alarms. */
function faultOf({ complaints }: Reloaded): string {
  const [first, ...more] = complaints.filter(({ severity }) => severity === 'error')
  if (first === undefined) return NOT_IN_FORCE
  const { file, line, column } = first
  const place = line === 0 ? file : `${file}:${line}:${column}`
  const found =
    more.length === 0 ? `an error at ${place}` : `${more.length + 1} errors, the first at ${place}`
  return `${NOT_IN_FORCE}: ${found}; the log has more, and understudy check`
}

/** Why the one is not taken for the other. */
function problemOf(before: Configuration, after: Configuration): Complaint | undefined {
  return holdsNothing(after) && !holdsNothing(before) ? emptied(after) : undefined
}

function problemOfChange(before: Configuration, after: Configuration): Complaint | 'unchanged' | undefined {
  if (before.digest === after.digest) return 'unchanged'
  const gone = zonesGone(before, after)
  return gone.length > 0 ? vanished(after, gone) : problemOf(before, after)
}

function holdsNothing({ zones, broken }: Configuration): boolean {
  return zones.length === 0 && broken.length === 0
}

/** Zones that are served now and would not be any more. */
function zonesGone(before: Configuration, after: Configuration): string[] {
  const origins = new Set([
    ...after.zones.map(({ zone }) => zone.origin),
    ...after.broken.map(one => one.origin),
  ])
  return before.zones
    .filter(({ zone }) => !origins.has(zone.origin))
    .map(({ zone }) => plainName(zone.origin))
}

function vanished({ settings }: Configuration, gone: readonly string[]): Complaint {
  const message = `${gone.join(', ')} would be gone: zones are given up only by SIGHUP, in case a disk is only not mounted`
  return { severity: 'error', file: settings.zonesPath, line: 0, column: 0, message }
}

/** A folder on which nothing is mounted looks like one whose zones were all taken away. */
function emptied({ settings }: Configuration): Complaint {
  const message =
    'holds no zones any more; those that were read before stay in force, in case a disk is only not mounted: to serve none, restart'
  return { severity: 'error', file: settings.zonesPath, line: 0, column: 0, message }
}
