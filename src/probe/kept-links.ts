/** Connections that are kept from one probe of a target to the next, where its check says so. */
import { isDeepStrictEqual } from 'node:util'
import type { HttpLink } from './http-link.ts'
import type { ProbeTarget } from './spec.ts'

/** One for each target, and no more than this: each is a file descriptor. */
const MAX_LINKS = 16_384

export class KeptLinks implements Disposable {
  /** By key of the target. */
  readonly #links = new Map<string, HttpLink>()
  #keys: ReadonlySet<string> = new Set()

  /** How many there are. */
  get size(): number {
    return this.#links.size
  }

  /** From now on connections of these are kept; those of others are closed. */
  retain(targets: readonly ProbeTarget[]): void {
    this.#keys = new Set(targets.map(({ key }) => key))
    for (const key of this.#links.keys()) if (!this.#keys.has(key)) this.#take(key)?.destroy()
  }

  /** That of the target, which must be kept again; undefined if there is none that can be used. */
  take({ key, secrets = {} }: ProbeTarget): HttpLink | undefined {
    const link = this.#take(key)
    if (link?.isFree === true && isDeepStrictEqual(link.secrets, secrets)) return link
    link?.destroy()
    return undefined
  }

  /** Closes it where it is not to be kept; what is closed already is not. */
  keep({ key }: ProbeTarget, link: HttpLink): void {
    this.#take(key)?.destroy()
    if (link.isOpen && this.#keys.has(key) && this.#links.size < MAX_LINKS) this.#links.set(key, link)
    else link.destroy()
  }

  [Symbol.dispose](): void {
    this.retain([])
  }

  #take(key: string): HttpLink | undefined {
    const link = this.#links.get(key)
    this.#links.delete(key)
    return link
  }
}
