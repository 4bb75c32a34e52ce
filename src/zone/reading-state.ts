/** What one entry of a master file says for the next: origin, owner and TTL; names and TTLs are read by it. */
import { nameProblem, show } from '#wire/field-codecs.ts'
import { type Name, parseName } from '#wire/name.ts'
import { parseSeconds } from '#wire/ttl.ts'
import type { ComplaintList } from './complaint-list.ts'
import type { Token } from './lexer.ts'
import type { Place } from './sources.ts'

/** RFC 2181 §8. */
export const MAX_TTL_SECONDS = 2 ** 31 - 1

interface Scope {
  origin: Name
  owner: Name | undefined
  /** Whether the last owner was no name, so that the records which share it are left out too. */
  ownerFailed: boolean
}

export class ReadingState {
  readonly #complaints: ComplaintList
  readonly #outer: Scope[] = []
  #scope: Scope
  /** Seconds, as the two below. From `$TTL`. */
  defaultTtl: number | undefined
  lastTtl: number | undefined
  soaMinimum: number | undefined

  constructor(origin: Name, complaints: ComplaintList) {
    this.#scope = { origin, owner: undefined, ownerFailed: false }
    this.#complaints = complaints
  }

  get scope(): Scope {
    return this.#scope
  }

  /** Begins an included file, with the owner at hand. Its TTLs hold for what comes after it too, as in other servers. */
  enter(origin: Name): void {
    this.#outer.push(this.#scope)
    this.#scope = { ...this.#scope, origin }
  }

  /** Goes back to the origin and owner that were before (RFC 1035 §5.1). */
  leave(): void {
    this.#scope = this.#outer.pop() ?? this.#scope
  }

  /** Undefined after a complaint, as all that is read here. */
  name(token: Token): Name | undefined {
    if (token.quoted) return this.fault(token.place, 'a name has no quotes')
    const parsed = parseName(token.text, this.#scope.origin)
    if ('name' in parsed) return parsed.name
    const problem = nameProblem(token.text, parsed.error)
    return this.fault(token.place, `${show(token.text)} is not a name: ${problem}`)
  }

  ttl(token: Token): number | undefined {
    const seconds = token.quoted ? undefined : parseSeconds(token.text)
    if (seconds === undefined)
      return this.fault(
        token.place,
        `${show(token.text)} is not a TTL: seconds up to ${MAX_TTL_SECONDS}, or a time such as 1h30m`,
      )
    if (seconds <= MAX_TTL_SECONDS) return seconds
    this.#complaints.warn(
      token.place,
      `a TTL of ${seconds} is more than ${MAX_TTL_SECONDS} and counts as 0 (RFC 2181)`,
    )
    return 0
  }

  warn(place: Place, message: string): void {
    this.#complaints.warn(place, message)
  }

  fault(place: Place, message: string): undefined {
    this.#complaints.error(place, message)
    return undefined
  }
}
