/** Holds Understudy's responses against the others': what an RFC permits is excused, the rest is told. */
import { differencesOf, type Facts } from './facts.ts'
import { excuse, type Permission } from './permitted.ts'
import { REFERENCES } from './reference-server.ts'

/** So many disagreements are shown. */
const SHOWN = 10

export class Judge<Question> {
  readonly #permitted: readonly Permission<Question>[]
  readonly #used = new Set<Permission<Question>>()

  constructor(permitted: readonly Permission<Question>[]) {
    this.#permitted = permitted
  }

  /** What nothing has needed so far. */
  get unneeded(): string[] {
    return this.#permitted.filter(one => !this.#used.has(one)).map(({ rule }) => rule)
  }

  /** Where the others do not agree with each other, agreeing with one of them is enough. */
  agrees(question: Question, ours: Facts, others: readonly Facts[]): boolean {
    const excuses = others.map(theirs =>
      excuse(this.#permitted, differencesOf(ours, theirs), question, { ours, theirs }),
    )
    const best = excuses.filter(one => one !== undefined).sort((a, b) => a.length - b.length)[0]
    for (const permission of best ?? []) this.#used.add(permission)
    return best !== undefined
  }
}

/** A text for people: how many disagreements there are, and the first of them. */
export function summaryOf(disagreements: readonly string[]): string {
  return `${disagreements.length} disagreements:\n${disagreements.slice(0, SHOWN).join('\n')}`
}

/** Only what the one has and the other has not; the others in the order of `REFERENCES`. */
export function describeDisagreement(question: string, ours: Facts, others: readonly Facts[]): string {
  const lines = others.flatMap((theirs, index) =>
    differencesOf(ours, theirs).flatMap(aspect => {
      const [mine, other] = [[ours[aspect]].flat(), [theirs[aspect]].flat()]
      const extra = mine.filter(one => !other.includes(one))
      const missing = other.filter(one => !mine.includes(one))
      const repeated =
        extra.length + missing.length === 0 ? [`repeated in one of them: ${mine} / ${other}`] : []
      const said = [
        ...extra.map(one => `only understudy: ${one}`),
        ...missing.map(one => `only ${REFERENCES[index]}: ${one}`),
      ]
      return [...said, ...repeated].map(line => `  ${aspect}: ${line}`)
    }),
  )
  return [question, ...lines].join('\n')
}
