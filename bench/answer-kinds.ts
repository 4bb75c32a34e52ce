/** The kinds of answers that are compared with the plain one: what is asked, how, and what must come. */
import type { Message, MessageRecord } from '#wire/message.ts'
import { typeToText } from '#wire/types.ts'
import { NAMES, ORIGIN, PLAIN_MANAGED_LINE, staticName, zoneText } from './bench-zone.ts'

export interface AnswerKind {
  /** Its row in the table. */
  readonly title: string
  /** The names that are asked for are made from 0 to `NAMES` − 1. */
  readonly name: (i: number) => string
  /** What dnsperf must report for every query. */
  readonly rcode: 'NOERROR' | 'NXDOMAIN'
  /** What the sections must hold, as the `shapeOf` an answer. */
  readonly shape: string
  /** Every query carries a client cookie and the server's own to it. */
  readonly withCookie?: true
  /** By TCP, over so many connections. */
  readonly tcpConnections?: number
  /** Asked of a server that keeps accounts of what it answers to whom. */
  readonly rateLimited?: true
}

const host = (i: number): string => staticName(i).name
const POSITIVE = 'aa A / - / -'
const WILD = `wild.${ORIGIN}`
const CONNECTIONS = 20

export const PLAIN: AnswerKind = { title: 'plain', name: host, rcode: 'NOERROR', shape: POSITIVE }

/** The plain kind first. */
export const ANSWER_KINDS: readonly AnswerKind[] = [
  PLAIN,
  { title: 'NXDOMAIN', name: i => `none${i}.${ORIGIN}`, rcode: 'NXDOMAIN', shape: 'aa - / SOA / -' },
  { title: 'wildcard', name: i => `host${i}.${WILD}`, rcode: 'NOERROR', shape: POSITIVE },
  {
    title: 'delegation',
    name: i => `www.child${i}.${ORIGIN}`,
    rcode: 'NOERROR',
    shape: '- / NS NS / A A',
  },
  { title: 'EDNS with cookie', name: host, rcode: 'NOERROR', shape: POSITIVE, withCookie: true },
  {
    title: `TCP, ${CONNECTIONS} connections`,
    name: host,
    rcode: 'NOERROR',
    shape: POSITIVE,
    tcpConnections: CONNECTIONS,
  },
  { title: 'rate limit on', name: host, rcode: 'NOERROR', shape: POSITIVE, rateLimited: true },
]

/** The benchmark's zone with a wildcard and with `NAMES` delegations, each to two servers below itself. */
export function kindsZone(): string {
  const delegations = Array.from({ length: NAMES }, (_, i) => {
    const servers = ['ns1', 'ns2'].map(
      (server, n) =>
        `child${i} NS ${server}.child${i}\n${server}.child${i} A 10.${n + 1}.${i >> 8}.${i & 255}\n`,
    )
    return servers.join('')
  })
  return `${zoneText(PLAIN_MANAGED_LINE)}*.wild A 10.3.0.1\n${delegations.join('')}`
}

/** Authoritative or not, and the types in the sections: `aa A / - / -`. */
export function shapeOf({ authoritative, truncated, answer, authority, additional }: Message): string {
  const sections = [answer, authority, additional].map(typesOf).join(' / ')
  return `${authoritative ? 'aa ' : ''}${truncated ? 'tc ' : ''}${sections}`
}

function typesOf(records: readonly MessageRecord[]): string {
  return records.length === 0 ? '-' : records.map(({ type }) => typeToText(type)).join(' ')
}
