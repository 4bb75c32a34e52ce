/** A resolver whose names move, lose a family, vanish, and that itself fails, by a seed; and what of its answers must be known at any time. */
import { type Address, FAMILIES, type Family, parseAddress } from '#base/address.ts'
import { type Random, seededRandom } from '#base/random.ts'
import type { Resolved } from '#client/resolve.ts'
import { ADDRESSES } from './zone.ts'

const HOUR_MS = 3_600_000

type Mode = 'fine' | 'failing' | 'missing'

interface Host {
  readonly random: Random
  mode: Mode
  addresses: readonly Address[]
  untilMs: number
  /** What must be known by all answers that were given, by family. */
  readonly known: Map<Family, readonly string[]>
  answers: Map<Family, Resolved>
}

export class SimulatedResolver {
  readonly #hosts = new Map<string, Host>()

  /** @param seedOf undefined for a name that never changes */
  constructor(hostnames: readonly string[], seedOf: (hostname: string, place: number) => number | undefined) {
    for (const [place, hostname] of hostnames.entries()) {
      const seed = seedOf(hostname, place)
      this.#hosts.set(hostname, {
        random: seededRandom(seed ?? place),
        mode: 'fine',
        addresses: addresses(ADDRESSES.slice(place, place + 1)),
        untilMs: seed === undefined ? Number.POSITIVE_INFINITY : 0,
        known: new Map(),
        answers: new Map(),
      })
    }
  }

  /** At once: a wait for it would be one of the process. */
  resolve(hostname: string, family: Family, nowMs: number): Resolved {
    const host = this.#hosts.get(hostname)
    if (host === undefined) return { kind: 'failed', detail: 'not asked for' }
    live(host, nowMs)
    const answer = answerOf(host, family)
    host.answers.set(family, answer)
    if (host.answers.size === FAMILIES.length) take(host)
    return answer
  }

  /** All that must be known of the name by the answers that were given. */
  knownOf(hostname: string): string[] {
    const { known } = this.#hosts.get(hostname) ?? {}
    return FAMILIES.flatMap(family => known?.get(family) ?? [])
  }

  /** What the node knows now, after something of it was lost. */
  forget(hostname: string, known: readonly Address[]): void {
    const host = this.#hosts.get(hostname)
    for (const family of FAMILIES) {
      const texts = known.filter(one => one.family === family).map(({ text }) => text)
      host?.known.set(family, texts)
    }
  }
}

function live(host: Host, nowMs: number): void {
  while (host.untilMs <= nowMs) {
    const { random } = host
    const mark = random()
    host.mode = mark < 0.7 ? 'fine' : mark < 0.9 ? 'failing' : 'missing'
    // Of one family, or of both, up to three.
    if (host.mode === 'fine' && random() < 0.6) {
      const some = ADDRESSES.filter(() => random() < 0.4)
      host.addresses = addresses(some.length > 0 ? some : ADDRESSES.slice(0, 1))
    }
    const meanMs = (host.mode === 'fine' ? 48 : 6) * HOUR_MS
    host.untilMs += -Math.log(1 - random()) * meanMs + 1
  }
}

function answerOf({ mode, addresses, random }: Host, family: Family): Resolved {
  const found = addresses.filter(one => one.family === family)
  const ttlSeconds = Math.floor(600 + random() * 3000)
  if (mode === 'failing') return { kind: 'failed', detail: 'no answer' }
  if (mode === 'missing') return { kind: 'none', detail: 'does not exist', ttlSeconds }
  return found.length > 0
    ? { kind: 'found', addresses: found, ttlSeconds }
    : { kind: 'none', detail: `no ${family}`, ttlSeconds }
}

/** Both families have been answered: where neither has anything the last good answer stays, and an error says nothing. */
function take(host: Host): void {
  const answers = [...host.answers]
  host.answers = new Map()
  const isGone = answers.every(([, { kind }]) => kind !== 'found')
  const after = answers.map(([family, answer]): [Family, readonly string[]] => {
    if (answer.kind === 'failed') return [family, host.known.get(family) ?? []]
    return [family, answer.kind === 'found' ? answer.addresses.map(({ text }) => text) : []]
  })
  // What is left with nothing keeps all that it had.
  if (isGone && after.every(([, texts]) => texts.length === 0)) return
  for (const [family, texts] of after) host.known.set(family, texts)
}

function addresses(texts: readonly string[]): Address[] {
  return texts.flatMap(text => parseAddress(text) ?? [])
}
