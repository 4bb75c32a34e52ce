/** Gathers the complaints of one zone, with the file and line that each is about. */
import type { Complaint } from '#base/complaint.ts'
import type { Place, Sources } from './sources.ts'

const MAX_SHOWN = 100

type Severity = Complaint['severity']

export class ComplaintList {
  readonly #sources: Sources
  readonly #kept: Record<Severity, { place: Place; message: string }[]> = { error: [], warning: [] }
  readonly #counts: Record<Severity, number> = { error: 0, warning: 0 }
  #about: (() => string) | undefined

  constructor(sources: Sources) {
    this.#sources = sources
  }

  get errorCount(): number {
    return this.#counts.error
  }

  /** What is added to every complaint from now on. */
  set about(text: (() => string) | undefined) {
    this.#about = text
  }

  /** With the place 0 it is about the main file as a whole. */
  error(place: Place, message: string): void {
    this.#add('error', place, message)
  }

  warn(place: Place, message: string): void {
    this.#add('warning', place, message)
  }

  /** In the order of the files; not more than a person reads, errors before warnings, and how many more there are. */
  finish(): Complaint[] {
    const errors = this.#kept.error
    const warnings = this.#kept.warning.slice(0, MAX_SHOWN - errors.length)
    const shown = [
      ...errors.map(kept => ({ severity: 'error' as const, ...kept })),
      ...warnings.map(kept => ({ severity: 'warning' as const, ...kept })),
    ]
      .sort((a, b) => a.place - b.place)
      .map(({ severity, place, message }) => this.at(place, severity, message))
    const more = [
      countOf(this.#counts.error - errors.length, 'error'),
      countOf(this.#counts.warning - warnings.length, 'warning'),
    ].filter(text => text !== '')
    if (more.length === 0) return shown
    const severity = this.errorCount > 0 ? 'error' : 'warning'
    return [...shown, this.at(0, severity, `and ${more.join(' and ')}`)]
  }

  /** A complaint that is not one of these. */
  at(place: Place, severity: Severity, message: string): Complaint {
    const { file, ...position } = this.#sources.position(place)
    return { severity, file, message, ...position }
  }

  #add(severity: Severity, place: Place, message: string): void {
    this.#counts[severity]++
    const kept = this.#kept[severity]
    if (kept.length < MAX_SHOWN) kept.push({ place, message: message + (this.#about?.() ?? '') })
  }
}

function countOf(count: number, what: string): string {
  return count <= 0 ? '' : `${count} more ${what}${count === 1 ? '' : 's'}`
}
