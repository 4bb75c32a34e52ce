/** The parent's side of a delegation: which servers the parent zone has, and what they say. */
import { parseAddress, type SocketAddr } from '#base/address.ts'
import type { ParentFacts, ParentServer } from '#delegation/facts.ts'
import { Rcode, RrType, rcodeToText } from '#wire/types.ts'
import type { Asker, Heard } from './asker.ts'
import { addressesIn, nsIn, recordsOf } from './heard.ts'
import { parentOfPlain } from './plain-names.ts'
import type { StubResolver } from './stub-resolver.ts'

/** More need not be asked to see whether they agree. */
const MAX_SERVERS = 4
const UDP_SIZE = 1232

export interface ParentWalk {
  /** Plain; not the root. */
  readonly zone: string
  /** Named by hand: nothing else is looked for. */
  readonly parents: readonly SocketAddr[]
  readonly port: number
}

export async function walkParent(
  { zone, parents, port }: ParentWalk,
  asker: Asker,
  resolver: StubResolver,
): Promise<ParentFacts> {
  const found =
    parents.length > 0 ? { zone: undefined, servers: parents } : await findParent(zone, port, resolver)
  if ('problem' in found) return { zone: found.zone, problem: found.problem, servers: [] }
  const servers = await Promise.all(found.servers.map(server => askParent(server, zone, asker)))
  return { zone: found.zone, problem: undefined, servers: servers.flat() }
}

type FoundParent =
  | { readonly zone: string; readonly servers: readonly SocketAddr[] }
  | { readonly zone: string | undefined; readonly problem: string }

/** The nearest ancestor with NS records of its own is the parent zone (RFC 9499, "zone cut"). */
async function findParent(zone: string, port: number, resolver: StubResolver): Promise<FoundParent> {
  for (let at = parentOfPlain(zone); at !== undefined; at = parentOfPlain(at)) {
    const heard = await resolver.ask(at, RrType.NS)
    if (heard.kind === 'silent') return { zone: undefined, problem: `NS of ${at}: ${heard.detail}` }
    const ns = nsIn(heard.message.answer, at)
    if (ns !== undefined) return await findServers(at, ns.names, port, resolver)
  }
  return { zone: undefined, problem: 'no zone above it has NS records' }
}

/** One address of each of the first names: IPv4 where there is any, since not every host has IPv6. */
async function findServers(
  zone: string,
  names: readonly string[],
  port: number,
  resolver: StubResolver,
): Promise<FoundParent> {
  const resolved = await Promise.all(names.slice(0, MAX_SERVERS).map(name => resolver.addresses(name)))
  const servers = resolved.flatMap(resolution => {
    if (resolution.kind !== 'found') return []
    const addresses = resolution.addresses.map(parseAddress)
    const address = addresses.find(one => one?.family === 'ipv4') ?? addresses[0]
    return address === undefined ? [] : [{ address, port }]
  })
  if (servers.length > 0) return { zone, servers }
  return { zone, problem: `none of ${names.join(', ')} has an address that could be found` }
}

/** Nothing where this host has no way to it: other servers of the parent may be had. */
async function askParent(server: SocketAddr, zone: string, asker: Asker): Promise<ParentServer[]> {
  const edns = { udpSize: UDP_SIZE }
  const heard = await asker.whole(server, { name: zone, type: RrType.NS, edns })
  if (heard.kind === 'silent' && heard.noRoute && server.address.family === 'ipv6') return []
  const outcome = outcomeOf(heard, zone)
  const address = server.address.text
  if (outcome.kind === 'failed') return [{ address, outcome, ds: undefined }]
  // A server with both zones answers DS for the parent (RFC 4035 §3.1.4.1).
  const ds = await asker.whole(server, { name: zone, type: RrType.DS, edns })
  return [{ address, outcome, ds: dsIn(ds, zone) }]
}

function outcomeOf(heard: Heard, zone: string): ParentServer['outcome'] {
  if (heard.kind === 'silent') return { kind: 'failed', detail: heard.detail }
  const { rcode, authoritative, answer, authority, additional } = heard.message
  if (rcode === Rcode.NXDOMAIN) return { kind: 'none', detail: `${zone} does not exist there` }
  if (rcode !== Rcode.NOERROR) return { kind: 'failed', detail: rcodeToText(rcode) }
  const own = nsIn(answer, zone)
  if (own !== undefined && authoritative) return { kind: 'serves', ns: own }
  const ns = nsIn(authority, zone)
  if (ns !== undefined)
    return {
      kind: 'delegates',
      ns,
      glue: addressesIn(additional).filter(({ name }) => ns.names.includes(name)),
    }
  if (!authoritative && authority.some(({ type }) => type === RrType.NS))
    return { kind: 'failed', detail: 'it refers to other servers: it does not have the parent zone' }
  return { kind: 'none', detail: `there are no NS records at ${zone}` }
}

function dsIn(heard: Heard, zone: string): Uint8Array[] | undefined {
  if (heard.kind === 'silent') return undefined
  const { rcode, answer, authoritative } = heard.message
  if ((rcode !== Rcode.NOERROR && rcode !== Rcode.NXDOMAIN) || !authoritative) return undefined
  return recordsOf(answer, zone, RrType.DS).map(({ data }) => data)
}
