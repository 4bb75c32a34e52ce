/** Walks along the delegation of a zone, as a resolver would: parent, name servers, answers. */

import { parseAddress, type SocketAddr } from '#base/address.ts'
import { formatDuration } from '#base/duration.ts'
import type {
  HostAddress,
  NameserverFacts,
  ParentFacts,
  Resolution,
  ServerFacts,
  ZoneFacts,
} from '#delegation/facts.ts'
import { Rcode, RrType } from '#wire/types.ts'
import { Asker, type AskerLimits } from './asker.ts'
import { nsIn, resolutionOf } from './heard.ts'
import { askManaged, type ManagedQuestion } from './managed-walk.ts'
import { walkParent } from './parent-walk.ts'
import { isWithin } from './plain-names.ts'
import { examine } from './server-exam.ts'
import { StubResolver } from './stub-resolver.ts'

export interface WalkRequest {
  /** Plain: in lower case, without the final dot; the root is a dot. */
  readonly zone: string
  /** Asked for what is not in the zone. */
  readonly resolvers: readonly SocketAddr[]
  /** Servers of the parent zone; none: those that the resolvers know. */
  readonly parents: readonly SocketAddr[]
  /** Of the name servers. */
  readonly port: number
  /** Name servers as the configuration has them: they are asked too where the parent does not lead there. */
  readonly configured: readonly HostAddress[]
  /** Undefined where no configuration has the zone. */
  readonly managed: readonly ManagedQuestion[] | undefined
  readonly limits?: AskerLimits
}

const LIMITS: AskerLimits = { timeoutMs: 2000, totalMs: 60_000, maxQueries: 2000 }
const MAX_SERVERS = 16
const MAX_NAMESERVERS = 16
const MAX_MANAGED = 200

/** Never throws: what cannot be had is in the facts. */
export async function walkDelegation(request: WalkRequest): Promise<ZoneFacts> {
  return await new Walk(request).facts()
}

class Walk {
  readonly #request: WalkRequest
  readonly #asker: Asker
  readonly #resolver: StubResolver
  readonly #leftOut: string[] = []
  readonly #nameservers = new Map<string, NameserverFacts>()
  readonly #servers = new Map<string, ServerFacts>()
  #hasDs = false

  constructor(request: WalkRequest) {
    this.#request = request
    this.#asker = new Asker(request.limits ?? LIMITS)
    this.#resolver = new StubResolver(this.#asker, request.resolvers)
  }

  async facts(): Promise<ZoneFacts> {
    const { zone, parents, port } = this.#request
    const parent =
      zone === '.' ? undefined : await walkParent({ zone, parents, port }, this.#asker, this.#resolver)
    this.#hasDs = parent?.servers.some(({ ds }) => (ds?.length ?? 0) > 0) === true
    await this.#walkServers(await this.#start(parent))
    const mname = await this.#mname()
    const managed = await this.#managed()
    return {
      zone,
      parent,
      nameservers: [...this.#nameservers.values()],
      servers: [...this.#servers.values()],
      mname,
      managed,
      leftOut: this.#whatIsLeftOut(),
      nowSeconds: Math.floor(Date.now() / 1000),
    }
  }

  /** The names and addresses with which a resolver would begin; without a delegation those that others know. */
  async #start(parent: ParentFacts | undefined): Promise<{ names: string[]; hosts: readonly HostAddress[] }> {
    const { zone, configured } = this.#request
    const outcomes = parent?.servers.map(({ outcome }) => outcome) ?? []
    const delegations = outcomes.filter(outcome => outcome.kind === 'delegates' || outcome.kind === 'serves')
    const hosts = delegations.flatMap(outcome => (outcome.kind === 'delegates' ? outcome.glue : []))
    const names = new Set(delegations.flatMap(({ ns }) => ns.names))
    if (names.size > 0) {
      const isKnown = (name: string): boolean => hosts.some(one => one.name === name)
      return { names: [...names], hosts: [...hosts, ...configured.filter(one => !isKnown(one.name))] }
    }
    if (configured.length > 0)
      return { names: [...new Set(configured.map(({ name }) => name))], hosts: configured }
    return { names: await this.#namesByResolver(zone), hosts: [] }
  }

  async #namesByResolver(zone: string): Promise<string[]> {
    const heard = await this.#resolver.ask(zone, RrType.NS)
    const ns = heard.kind === 'answer' ? nsIn(heard.message.answer, zone) : undefined
    return [...(ns?.names ?? [])]
  }

  /** In rounds: the servers that are known tell of more names, which lead to more servers. */
  async #walkServers({ names, hosts }: { names: string[]; hosts: readonly HostAddress[] }): Promise<void> {
    // Names within the zone are resolved by its own servers, so that these have to be found first.
    await this.#examineAll(hosts.filter(({ name }) => names.includes(name)))
    await this.#resolveAll(names)
    const told = [...this.#servers.values()].flatMap(({ exam }) => exam?.ns?.names ?? [])
    await this.#resolveAll([...new Set(told)])
  }

  async #resolveAll(names: readonly string[]): Promise<void> {
    const news = names.filter(name => !this.#nameservers.has(name))
    const taken = news.slice(0, Math.max(0, MAX_NAMESERVERS - this.#nameservers.size))
    if (taken.length < news.length)
      this.#leftOut.push(`more than ${MAX_NAMESERVERS} name servers: the others were not looked at`)
    const resolved = await Promise.all(taken.map(name => this.#resolve(name)))
    for (const one of resolved) this.#nameservers.set(one.name, one)
    await this.#examineAll(
      resolved.flatMap(({ name, resolution }) =>
        resolution.kind === 'found' ? resolution.addresses.map(address => ({ name, address })) : [],
      ),
    )
  }

  async #resolve(name: string): Promise<NameserverFacts> {
    const inZone = isWithin(name, this.#request.zone)
    const resolution = inZone ? await this.#resolveWithin(name) : await this.#resolver.addresses(name)
    return { name, inZone, resolution }
  }

  /** Asks a server of the zone itself. */
  async #resolveWithin(name: string): Promise<Resolution> {
    const server = this.#authoritative()[0]
    if (server === undefined) return { kind: 'unknown', detail: 'no server of the zone answers for it' }
    const [a, aaaa] = [RrType.A, RrType.AAAA].map(type => this.#asker.whole(server, { name, type }))
    return resolutionOf(name, await Promise.all([a, aaaa].filter(one => one !== undefined)))
  }

  async #examineAll(hosts: readonly HostAddress[]): Promise<void> {
    const addresses = [...new Set(hosts.map(({ address }) => address))]
    const news = addresses.filter(address => !this.#servers.has(address))
    const taken = news.slice(0, Math.max(0, MAX_SERVERS - this.#servers.size))
    if (taken.length < news.length)
      this.#leftOut.push(`more than ${MAX_SERVERS} addresses of name servers: the others were not asked`)
    const examined = await Promise.all(taken.map(address => this.#examine(address, namesOf(address, hosts))))
    for (const server of examined) this.#servers.set(server.address, server)
    for (const address of addresses) this.#addNames(address, namesOf(address, hosts))
  }

  async #examine(text: string, names: readonly string[]): Promise<ServerFacts> {
    const { zone, port } = this.#request
    const address = parseAddress(text)
    if (address === undefined) throw new RangeError(`${text} is no address`)
    return await examine({ server: { address, port }, names, zone, hasDs: this.#hasDs }, this.#asker)
  }

  #addNames(address: string, names: readonly string[]): void {
    const server = this.#servers.get(address)
    if (server === undefined) return
    this.#servers.set(address, { ...server, names: [...new Set([...server.names, ...names])] })
  }

  /** Where the zone is answered for, by UDP. */
  #authoritative(): SocketAddr[] {
    const { port } = this.#request
    const good = [...this.#servers.values()].filter(
      ({ udp }) => udp.kind === 'answer' && udp.rcode === Rcode.NOERROR && udp.authoritative,
    )
    return good.flatMap(({ address: text }) => {
      const address = parseAddress(text)
      return address === undefined ? [] : [{ address, port }]
    })
  }

  async #mname(): Promise<ZoneFacts['mname']> {
    const replies = [...this.#servers.values()].map(({ udp }) => udp)
    const soa = replies
      .map(udp => (udp.kind === 'answer' && udp.authoritative ? udp.soa : undefined))
      .find(Boolean)
    if (soa === undefined) return undefined
    const known = this.#nameservers.get(soa.mname) ?? (await this.#resolve(soa.mname))
    return { name: soa.mname, resolution: known.resolution }
  }

  async #managed(): Promise<ZoneFacts['managed']> {
    const { managed } = this.#request
    if (managed === undefined) return undefined
    if (managed.length > MAX_MANAGED)
      this.#leftOut.push(`${managed.length} managed names: the first ${MAX_MANAGED} were compared`)
    const servers = this.#authoritative()
    const facts = []
    for (const question of managed.slice(0, MAX_MANAGED))
      facts.push(await askManaged(question, servers, this.#asker))
    return facts
  }

  #whatIsLeftOut(): string[] {
    const { unasked } = this.#asker
    const { totalMs, maxQueries } = this.#request.limits ?? LIMITS
    if (unasked === 0) return this.#leftOut
    const words = `${unasked} questions were not asked: after ${formatDuration(totalMs)} or ${maxQueries} queries a zone is left`
    return [...this.#leftOut, words]
  }
}

function namesOf(address: string, hosts: readonly HostAddress[]): string[] {
  return [...new Set(hosts.filter(one => one.address === address).map(({ name }) => name))]
}
