/** Where Understudy's answer to an odd message may differ from both NSD's and Knot's, and the section of the RFC that permits it. */
import { Opcode, RrClass, RrType } from '#wire/types.ts'
import { ASPECTS, type Aspect, type Facts } from './facts.ts'
import type { OddQuestion } from './odd-questions.ts'

export interface OddPermission {
  readonly rule: string
  readonly rfc: string
  /** What may differ. */
  readonly aspects: readonly (Aspect | 'silence')[]
  /** The other server's answer is undefined if there was none. */
  readonly applies: (asked: OddQuestion, ours: Facts, theirs: Facts | undefined) => boolean
}

const ALL = [...ASPECTS, 'silence'] as const

export const ODD_PERMITTED: readonly OddPermission[] = [
  {
    rule: 'what cannot be understood is answered FORMERR, where both keep silent',
    rfc: 'RFC 1035 §4.1.1 (RCODE 1); RFC 8906 §1 (silence looks like loss)',
    aspects: ['silence'],
    applies: (_, ours, theirs) => theirs === undefined && ours.rcode === 'FORMERR',
  },
  {
    rule: 'an opcode that is not done is answered NOTIMP, whatever else is in the message, with the question where it can be read',
    rfc: 'RFC 1035 §4.1.1 (RCODE 4); RFC 8906 §3.1.4; RFC 8490 §5.4 (the message may have a form of its own)',
    aspects: ALL,
    applies: ({ query }, ours) => opcodeOf(query) !== Opcode.QUERY && ours.rcode === 'NOTIMP',
  },
  {
    rule: 'class CH TXT of a name tells clients on this host what is answered and why, to UDP that it is to be asked by TCP',
    rfc: 'RFC 1035 §3.2.4 (of class CH no more is said); RFC 4892 §2 (class CH is used for what a server tells of itself)',
    aspects: ['rcode', 'flags'],
    applies: (asked, ours) =>
      isOf(asked.query, RrClass.CH) &&
      isAsking(asked, RrType.TXT, RrType.ANY) &&
      ours.rcode === 'NOERROR' &&
      ours.flags.includes('tc'),
  },
  {
    rule: 'an answer of class ANY is that of class IN without AA',
    rfc: 'RFC 1035 §6.2 (it can never be authoritative)',
    aspects: ['flags'],
    applies: ({ query }, ours, theirs) =>
      isOf(query, RrClass.ANY) && !ours.flags.includes('aa') && theirs?.flags.includes('aa') === true,
  },
  {
    rule: 'with minimal responses the addresses of name servers are not added to an answer of NS',
    rfc: 'RFC 1034 §3.7 (additional records "may be helpful")',
    aspects: ['additional'],
    applies: (asked, ours) => isAsking(asked, RrType.NS) && ours.additional.length === 0,
  },
  {
    rule: 'AXFR and IXFR are refused, whatever they ask for',
    rfc: 'RFC 1035 §4.1.1 (RCODE 5, for which it names zone transfers)',
    aspects: ['rcode', 'question', 'answer', 'flags'],
    applies: (asked, ours) => ours.rcode === 'REFUSED' && isAsking(asked, RrType.AXFR, RrType.IXFR),
  },
  {
    rule: 'a query has no answer, and no authority but the one SOA of IXFR',
    rfc: 'RFC 1035 §4.1 (these sections carry what answers a query); RFC 1995 §3',
    aspects: ['rcode', 'flags', 'answer'],
    applies: ({ query }, ours) => ours.rcode === 'FORMERR' && (query[7] !== 0 || query[9] !== 0),
  },
  {
    rule: 'an OPT that is not owned by the root is malformed',
    rfc: 'RFC 6891 §6.1.2 (its owner MUST be the root)',
    aspects: ['rcode', 'flags', 'answer'],
    applies: ({ text }, ours) => text.startsWith('EDNS: OPT that is') && ours.rcode === 'FORMERR',
  },
  {
    rule: 'the data of additional records other than OPT is not looked at',
    rfc: 'RFC 1035 §4.1 (nothing is said of them in a query)',
    aspects: ['rcode', 'flags', 'answer', 'edns'],
    applies: ({ query }, ours, theirs) =>
      query[11] !== 0 && ours.rcode === 'NOERROR' && theirs?.rcode === 'FORMERR',
  },
  {
    rule: 'FORMERR too carries OPT where the query has one',
    rfc: 'RFC 6891 §6.1.1 (a responder MUST include it), §7',
    aspects: ['edns'],
    applies: (_, ours, theirs) => ours.rcode === 'FORMERR' && theirs?.edns === 'none',
  },
]

/** In which aspects the two are not the same; silence is the only one where they differ in it. */
export function oddDifferences(ours: Facts, theirs: Facts | undefined): (Aspect | 'silence')[] {
  if (theirs === undefined) return ['silence']
  return ASPECTS.filter(aspect => String(ours[aspect]) !== String(theirs[aspect]))
}

/** The permissions that together excuse every difference; undefined where one is left. */
export function excuseOdd(
  asked: OddQuestion,
  ours: Facts,
  theirs: Facts | undefined,
): readonly OddPermission[] | undefined {
  const used: OddPermission[] = []
  for (const aspect of oddDifferences(ours, theirs)) {
    const found = ODD_PERMITTED.find(one => one.aspects.includes(aspect) && one.applies(asked, ours, theirs))
    if (found === undefined) return undefined
    used.push(found)
  }
  return used
}

function opcodeOf(query: Uint8Array): number {
  return ((query[2] ?? 0) >> 3) & 15
}

function isAsking({ query }: OddQuestion, ...types: readonly number[]): boolean {
  return types.includes(behindName(query, 0))
}

function isOf(query: Uint8Array, rrClass: number): boolean {
  return behindName(query, 2) === rrClass
}

/** The number that stands so far behind the name of the first question. */
function behindName(query: Uint8Array, offset: number): number {
  let at = 12
  while ((query[at] ?? 0) !== 0) at += 1 + (query[at] ?? 0)
  return ((query[at + 1 + offset] ?? 0) << 8) | (query[at + 2 + offset] ?? 0)
}
