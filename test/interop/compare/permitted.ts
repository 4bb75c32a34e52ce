/**
 * Where Understudy's answer may differ from both NSD's and Knot's, and the section of the RFC that permits it. Each rule is as narrow as it can be, and one
 * that nothing needs any more fails the comparison.
 */
import { Rcode, RrType, rcodeToText } from '#wire/types.ts'
import type { Aspect, Facts } from './facts.ts'
import type { Asked } from './questions.ts'

export interface Permission {
  readonly rule: string
  readonly rfc: string
  /** What may differ. */
  readonly aspects: readonly Aspect[]
  readonly applies: (asked: Asked, ours: Facts, theirs: Facts) => boolean
}

export const PERMITTED: readonly Permission[] = [
  {
    rule: 'a truncated response carries no records: the client discards them anyway',
    rfc: 'RFC 2181 §9',
    aspects: ['answer', 'authority', 'additional'],
    applies: (_, ours) =>
      ours.flags.includes('tc') && [ours.answer, ours.authority, ours.additional].every(isEmpty),
  },
  {
    rule: 'with minimal responses the addresses of name servers are not added to an answer of NS',
    rfc: 'RFC 1034 §3.7 (additional records "may be helpful"); RFC 9471 §3 demands them in referrals only',
    aspects: ['additional'],
    applies: ({ type }, ours, theirs) =>
      (type === RrType.NS || type === RrType.ANY) &&
      !isReferral(theirs) &&
      isSubset(ours.additional, theirs.additional),
  },
  {
    rule: 'KX, SVCB and HTTPS bring the addresses of their targets, and every type those from the other zones of the server',
    rfc: 'RFC 2230 §3.1, RFC 9460 §4.1; RFC 1034 §4.3.2 step 6 (what local data has)',
    aspects: ['additional'],
    applies: (_, ours, theirs) =>
      isSubset(theirs.additional, ours.additional) &&
      ours.additional
        .filter(line => !theirs.additional.includes(line))
        .every(line => isNamedBy(ours.answer, line)),
  },
  {
    rule: 'a loop of aliases ends before its first record comes again, also where a wildcard gives that record another owner',
    rfc: 'RFC 1034 §3.6.2 (loops are an error, and nothing in the answer resolves the name)',
    aspects: ['answer'],
    applies: (_, ours, theirs) =>
      ours.answer.length > 0 && isSubset(ours.answer, theirs.answer) && endsInLoop(theirs.answer),
  },
  {
    rule: 'a chain of aliases is followed over 16 links; the client asks for the rest',
    rfc: 'RFC 1034 §5.3.3 step 4c (a resolver goes on from the last alias); no RFC says how far a server must follow',
    aspects: ['answer', 'authority', 'additional'],
    applies: (_, ours, theirs) =>
      ours.answer.length === MAX_LINKS &&
      ours.answer.every(line => line.includes(' IN CNAME ')) &&
      isSubset(ours.answer, theirs.answer) &&
      isEmpty([...ours.authority, ...ours.additional]),
  },
]

const MAX_LINKS = 16

/** The permissions that together excuse every difference; undefined where one is left. */
export function excuse(
  differences: readonly Aspect[],
  asked: Asked,
  { ours, theirs }: { readonly ours: Facts; readonly theirs: Facts },
): readonly Permission[] | undefined {
  const used: Permission[] = []
  for (const aspect of differences) {
    const found = PERMITTED.find(one => one.aspects.includes(aspect) && one.applies(asked, ours, theirs))
    if (found === undefined) return undefined
    used.push(found)
  }
  return used
}

function isReferral({ rcode, flags, answer, authority }: Facts): boolean {
  const servers = authority.length > 0 && authority.every(line => line.includes(' IN NS '))
  return rcode === rcodeToText(Rcode.NOERROR) && !flags.includes('aa') && isEmpty(answer) && servers
}

/** Whether a record of the answer, of a type whose data names a host, names the owner of the line. */
function isNamedBy(answer: readonly string[], line: string): boolean {
  const [owner = ''] = line.split(' ')
  return answer.some(
    one => / IN (MX|SRV|NS|AFSDB|KX|SVCB|HTTPS) /.test(one) && one.split(' ').includes(owner),
  )
}

/** All are aliases, and each leads to another that is there. */
function endsInLoop(answer: readonly string[]): boolean {
  const aliases = answer.map(line => /^(\S+) \d+ IN CNAME (\S+)$/.exec(line))
  const owners = aliases.map(alias => alias?.[1])
  return aliases.every(alias => alias !== null && owners.includes(alias[2]))
}

function isSubset(part: readonly string[], whole: readonly string[]): boolean {
  return part.every(line => whole.includes(line))
}

function isEmpty(list: readonly string[]): boolean {
  return list.length === 0
}
