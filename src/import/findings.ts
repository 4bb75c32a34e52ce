/** What could not be carried over as it was, and what the reader should know. */

/**
 * `lost`: the zone files do not do what the source did. `changed`: they do it in another way, in some cases with another outcome.
 * `note`: nothing is different, but it was taken for granted or needs a hand.
 */
export const GRADES = ['lost', 'changed', 'note'] as const
export type Grade = (typeof GRADES)[number]

export interface Finding {
  readonly grade: Grade
  /** What it is about, as in `GeoLocation of www.example.com A`. */
  readonly what: string
  /** What became of it. */
  readonly became: string
  /** Where in the files; more than one where many are alike. */
  readonly places: readonly string[]
  readonly count: number
}

const MAX_PLACES = 3
/** Of a grade; more than anybody reads. */
const MAX_FINDINGS = 1000
/** Names of fields that files make up. */
const MAX_FIELDS = 1000

interface Gathered {
  readonly grade: Grade
  readonly what: string
  readonly became: string
  readonly places: string[]
  count: number
}

/** Gathers findings; those that say the same are one, with the first few places. Bounded. */
export class Findings {
  readonly #found = new Map<string, Gathered>()
  readonly #counts: Record<Grade, number> = { lost: 0, changed: 0, note: 0 }
  readonly #kept: Record<Grade, number> = { lost: 0, changed: 0, note: 0 }
  readonly #fields = new Map<string, Set<string>>()
  #fieldCount = 0

  lost(what: string, became: string, place?: string): void {
    this.#add('lost', what, became, place)
  }

  changed(what: string, became: string, place?: string): void {
    this.#add('changed', what, became, place)
  }

  note(what: string, became: string, place?: string): void {
    this.#add('note', what, became, place)
  }

  /** What a field of the source becomes wherever it stands, unless a finding says otherwise. */
  field(name: string, becomes: string): void {
    const names = this.#fields.get(becomes) ?? new Set()
    if (names.has(name) || this.#fieldCount === MAX_FIELDS) return
    this.#fieldCount++
    this.#fields.set(becomes, names.add(name))
  }

  /** Fields that were there, by what they become. */
  get fields(): ReadonlyMap<string, ReadonlySet<string>> {
    return this.#fields
  }

  /** The worst first; within a grade as they came. */
  all(): Finding[] {
    const found = [...this.#found.values()]
    return GRADES.flatMap(grade => found.filter(one => one.grade === grade))
  }

  /** How many there are of a grade that are not alike, those beyond the bound included. */
  count(grade: Grade): number {
    return this.#counts[grade]
  }

  /** How many of a grade are not among `all`. */
  beyond(grade: Grade): number {
    return this.#counts[grade] - this.#kept[grade]
  }

  #add(grade: Grade, what: string, became: string, place: string | undefined): void {
    const key = `${grade}\n${what}\n${became}`
    const known = this.#found.get(key)
    if (known !== undefined) {
      known.count++
      if (place !== undefined && known.places.length < MAX_PLACES) known.places.push(place)
      return
    }
    this.#counts[grade]++
    if (this.#kept[grade] === MAX_FINDINGS) return
    this.#kept[grade]++
    this.#found.set(key, { grade, what, became, places: place === undefined ? [] : [place], count: 1 })
  }
}
