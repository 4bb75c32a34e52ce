/** The addresses of a hostname, asked from resolvers as a stub does (RFC 1034 §5.3.1). */
import { type Address, addressFromBytes, type Family, isUnicast, type SocketAddr } from '#base/address.ts'
import { decodeMessage, type Message } from '#wire/message.ts'
import { lowerCase, type Name, nameFromBytes, parseName } from '#wire/name.ts'
import { Rcode, RrClass, RrType, rcodeToText } from '#wire/types.ts'
import { askUdp } from './dns-client.ts'
import type { DnsQuestion } from './dns-query.ts'
import { askTcp, type DnsTcpReply } from './dns-tcp.ts'

export type Resolved =
  /** At least one address, in an order that says nothing; cached by nobody for longer than the seconds. */
  | { readonly kind: 'found'; readonly addresses: readonly Address[]; readonly ttlSeconds: number }
  /** The name does not exist, or has none of the family; for so many seconds at most. */
  | { readonly kind: 'none'; readonly detail: string; readonly ttlSeconds: number }
  /** Nobody knows. */
  | { readonly kind: 'failed'; readonly detail: string }

export interface ResolveOptions {
  /** Asked one after the other; at least one. */
  readonly resolvers: readonly SocketAddr[]
  /** For each of them, with asking again by TCP. */
  readonly timeoutMs: number
}

const TYPES = { ipv4: RrType.A, ipv6: RrType.AAAA } as const
/** As long as resolvers follow them. */
const MAX_LINKS = 16
/** Far beyond any answer with addresses; names that point to each other make its reading long. */
const MAX_ANSWER_BYTES = 16_384
const DEFAULT_NEGATIVE_SECONDS = 60

/** Asks until a resolver has answered with addresses, or that there are none. Never throws. */
export async function resolveAddresses(
  hostname: string,
  family: Family,
  { resolvers, timeoutMs }: ResolveOptions,
): Promise<Resolved> {
  const details: string[] = []
  for (const server of resolvers) {
    const question: DnsQuestion = {
      server,
      name: hostname,
      type: TYPES[family],
      timeoutMs,
      recursionDesired: true,
      maxBytes: MAX_ANSWER_BYTES,
    }
    const resolved = await askOne(question, family)
    if (resolved.kind !== 'failed') return resolved
    details.push(`${server.address.text}: ${resolved.detail}`)
  }
  return { kind: 'failed', detail: details.join('; ') }
}

async function askOne(question: DnsQuestion, family: Family): Promise<Resolved> {
  const byUdp = read(await askUdp(question), question.name, family)
  return byUdp === 'truncated' ? whole(read(await askTcp(question), question.name, family)) : byUdp
}

function whole(resolved: Resolved | 'truncated'): Resolved {
  return resolved === 'truncated' ? { kind: 'failed', detail: 'the answer by TCP is truncated' } : resolved
}

function read(reply: DnsTcpReply, hostname: string, family: Family): Resolved | 'truncated' {
  switch (reply.kind) {
    case 'answer': {
      const message = decodeMessage(reply.bytes)
      if (message === undefined) return { kind: 'failed', detail: 'the answer is malformed' }
      return message.truncated ? 'truncated' : addressesIn(message, hostname, family)
    }
    case 'timeout':
      return { kind: 'failed', detail: 'no answer' }
    case 'closed':
      return { kind: 'failed', detail: 'connection closed without an answer' }
    case 'failed':
      return { kind: 'failed', detail: reply.code }
    default:
      return reply satisfies never
  }
}

/** What stands at the end of the aliases that the answer begins with; other records in it are nobody's. */
export function addressesIn(message: Message, hostname: string, family: Family): Resolved {
  const { rcode, answer } = message
  if (rcode !== Rcode.NOERROR && rcode !== Rcode.NXDOMAIN)
    return { kind: 'failed', detail: rcodeToText(rcode) }
  const parsed = parseName(`${hostname}.`)
  if (!('name' in parsed)) return { kind: 'failed', detail: 'no name that can be asked for' }
  let owner: Name = lowerCase(parsed.name)
  let ttlSeconds = Number.POSITIVE_INFINITY
  for (let links = 0; links <= MAX_LINKS; links++) {
    const own = answer.filter(record => record.class === RrClass.IN && lowerCase(record.owner) === owner)
    const addresses = own.filter(({ type }) => type === TYPES[family])
    const usable = addresses.map(({ data }) => addressFromBytes(data)).filter(isUnicast)
    const ttl = Math.min(ttlSeconds, ...addresses.map(record => record.ttl))
    if (usable.length > 0) return { kind: 'found', addresses: usable, ttlSeconds: ttl }
    const alias = own.find(({ type }) => type === RrType.CNAME)
    const target = alias === undefined ? undefined : nameFromBytes(alias.data)
    if (alias === undefined || target === undefined) return none(message, hostname, ttlSeconds)
    ttlSeconds = Math.min(ttlSeconds, alias.ttl)
    owner = lowerCase(target)
  }
  return { kind: 'failed', detail: `more than ${MAX_LINKS} aliases` }
}

/** For as long as the SOA says (RFC 2308 §5). */
function none({ rcode, authority }: Message, hostname: string, ttlSeconds: number): Resolved {
  const soa = authority.find(({ type }) => type === RrType.SOA)
  const detail = rcode === Rcode.NXDOMAIN ? `${hostname} does not exist` : `${hostname} has no such address`
  return { kind: 'none', detail, ttlSeconds: Math.min(ttlSeconds, soa?.ttl ?? DEFAULT_NEGATIVE_SECONDS) }
}
