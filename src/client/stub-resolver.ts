/** A stub resolver (RFC 1034 §5.3.1): has resolvers find what lies outside of the zone that is walked to. */
import type { SocketAddr } from '#base/address.ts'
import type { Resolution } from '#delegation/facts.ts'
import { Rcode, RrType, rcodeToText } from '#wire/types.ts'
import type { Asker, Heard } from './asker.ts'
import { resolutionOf } from './heard.ts'

export class StubResolver {
  readonly #asker: Asker
  readonly #resolvers: readonly SocketAddr[]

  /** @param resolvers asked one after the other */
  constructor(asker: Asker, resolvers: readonly SocketAddr[]) {
    this.#asker = asker
    this.#resolvers = resolvers
  }

  /** The first answer that says whether there is such a record; else what the last resolver did instead. */
  async ask(name: string, type: number): Promise<Heard> {
    let heard: Heard = { kind: 'silent', detail: 'no resolver is known', noRoute: false }
    for (const resolver of this.#resolvers) {
      heard = await this.#asker.whole(resolver, { name, type, recursionDesired: true })
      if (heard.kind === 'silent') heard = { ...heard, detail: `${resolver.address.text}: ${heard.detail}` }
      else if (isDecided(heard.message.rcode)) return heard
      else {
        const detail = `${resolver.address.text}: ${rcodeToText(heard.message.rcode)}`
        heard = { kind: 'silent', detail, noRoute: false }
      }
    }
    return heard
  }

  async addresses(name: string): Promise<Resolution> {
    return resolutionOf(name, [await this.ask(name, RrType.A), await this.ask(name, RrType.AAAA)])
  }
}

function isDecided(rcode: number): boolean {
  return rcode === Rcode.NOERROR || rcode === Rcode.NXDOMAIN
}
