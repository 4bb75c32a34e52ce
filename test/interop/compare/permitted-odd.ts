/** As `permitted.ts`, for messages that no good client sends. */
import { Opcode, Rcode, RrClass, RrType, rcodeToText } from '#wire/types.ts'
import { type Facts, isSilence } from './facts.ts'
import type { OddQuestion } from './odd-questions.ts'
import { isEmpty, PERMITTED, type Permission } from './permitted.ts'

const [NOERROR, FORMERR, NOTIMP, REFUSED] = [Rcode.NOERROR, Rcode.FORMERR, Rcode.NOTIMP, Rcode.REFUSED].map(
  rcodeToText,
)

export const ODD_PERMITTED: readonly Permission<OddQuestion>[] = [
  {
    rule: 'what cannot be read gets FORMERR, and what is not done NOTIMP, where both are silent',
    rfc: 'RFC 1035 §4.1.1 (RCODE 1 and 4), RFC 9619 §4 (more than one question), RFC 8906 §3.1.4 (opcodes)',
    aspects: ['opcode', 'rcode', 'flags', 'question', 'edns'],
    applies: (_, ours, theirs) =>
      isSilence(theirs) && (ours.rcode === FORMERR || ours.rcode === NOTIMP) && hasNoRecords(ours),
  },
  {
    rule: 'AXFR and IXFR are refused, whatever zone they ask for and by what transport',
    rfc: 'RFC 1035 §4.1.1 (RCODE 5, with zone transfers as its example)',
    aspects: ['rcode', 'answer'],
    applies: ({ opcode, type }, ours) =>
      opcode === Opcode.QUERY &&
      (type === RrType.AXFR || type === RrType.IXFR) &&
      ours.rcode === REFUSED &&
      hasNoRecords(ours),
  },
  {
    rule: 'other opcodes are NOTIMP, also where the message could not be read or asks for a zone of others',
    rfc: 'RFC 1035 §4.1.1 (RCODE 4); RFC 8490 §5.4 (a message of another kind may have a form of its own)',
    aspects: ['rcode', 'question', 'flags'],
    applies: ({ opcode }, ours) => opcode !== Opcode.QUERY && ours.rcode === NOTIMP && hasNoRecords(ours),
  },
  {
    rule: 'an answer to class ANY is not authoritative',
    rfc: 'RFC 1035 §6.2',
    aspects: ['flags'],
    applies: ({ class: rrClass }, ours, theirs) =>
      rrClass === RrClass.ANY && String(theirs.flags) === String(ours.flags.toSpliced(1, 0, 'aa')),
  },
  {
    rule: 'an error has OPT too where the query had it, whatever is wrong with it',
    rfc: 'RFC 6891 §6.1.1 and §7',
    aspects: ['edns'],
    applies: (_, ours, theirs) =>
      (ours.rcode === FORMERR || ours.rcode === NOTIMP) && theirs.edns === 'none' && hasNoRecords(ours),
  },
  {
    rule: 'a query with records in answer or authority is malformed, but for the SOA of an IXFR',
    rfc: 'RFC 1034 §3.7.1 (a query is its question), RFC 1995 §3, RFC 1035 §4.1.1 (RCODE 1)',
    aspects: ['rcode', 'flags', 'answer'],
    applies: ({ hasBefore }, ours) => hasBefore && ours.rcode === FORMERR && hasNoRecords(ours),
  },
  {
    rule: 'an OPT that is not owned by the root is malformed',
    rfc: 'RFC 6891 §6.1.2 (its owner MUST be the root)',
    aspects: ['rcode', 'flags', 'answer'],
    applies: ({ text }, ours) => text.startsWith('EDNS: OPT that is') && ours.rcode === FORMERR,
  },
  {
    rule: 'additional records other than OPT are passed over, whatever their data',
    rfc: 'RFC 1035 §4.1.1 (RCODE 1 is for what cannot be interpreted, and the question can)',
    aspects: ['rcode', 'flags', 'answer', 'edns'],
    applies: ({ hasAdditional }, ours, theirs) =>
      hasAdditional && ours.rcode === NOERROR && theirs.rcode === FORMERR,
  },
]

/** What a good client is permitted to see is permitted here too. */
export const ALL_PERMITTED: readonly Permission<OddQuestion>[] = [...ODD_PERMITTED, ...PERMITTED]

function hasNoRecords({ answer, authority, additional }: Facts): boolean {
  return [answer, authority, additional].every(isEmpty)
}
