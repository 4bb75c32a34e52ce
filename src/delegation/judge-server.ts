/** One address of a name server: how it answers. */
import { Rcode, rcodeToText } from '#wire/types.ts'
import type { Answer, Exchange, ServerExam, ServerFacts } from './facts.ts'
import { type Finding, Findings } from './finding.ts'

/** Without EDNS (RFC 1035 §4.2.1). */
const PLAIN_UDP_BYTES = 512
/** Less than this nobody need announce (RFC 6891 §6.2.3), and more than the second may not pass unfragmented. */
const UDP_SIZES = { least: 512, most: 4096 } as const
const OPEN =
  'let UDP and TCP port 53 through to it from everywhere, and see that the server listens on this address'

export function judgeServer(
  { address, names, udp, tcp, exam }: ServerFacts,
  zone: string,
): readonly Finding[] {
  const findings = new Findings('servers', `${address} (${names.join(', ')})`)
  if (udp.kind === 'silent' && udp.noRoute && address.includes(':')) {
    findings.ok('udp', 'not asked: this host has no way to IPv6')
    return findings.list
  }
  if (udp.kind === 'silent') findings.error('udp', `does not answer by UDP: ${udp.detail}`, OPEN)
  else findings.ok('udp', 'answers by UDP')
  judgeTcp(tcp, udp, findings)
  const heard = udp.kind === 'answer' ? udp : tcp
  if (heard.kind === 'answer') {
    judgeAuthority(heard, zone, findings)
    judgeRecursion(heard, findings)
  }
  if (exam !== undefined && udp.kind === 'answer' && udp.rcode === Rcode.NOERROR) judgeExam(exam, findings)
  return findings.list
}

function judgeTcp(tcp: Exchange, udp: Exchange, findings: Findings): Finding | undefined {
  if (tcp.kind === 'answer') return findings.ok('tcp', 'answers by TCP')
  const advice = udp.kind === 'silent' ? OPEN : 'open TCP port 53: long answers come no other way (RFC 7766)'
  return findings.error('tcp', `does not answer by TCP: ${tcp.detail}`, advice)
}

function judgeAuthority({ rcode, authoritative, soa }: Answer, zone: string, findings: Findings): void {
  const lame = `load ${zone} there, or take the server out of the NS records: it is lame, and resolvers lose time with it`
  if (rcode === Rcode.REFUSED) findings.error('authoritative', `refuses: it does not have ${zone}`, lame)
  else if (rcode === Rcode.SERVFAIL)
    findings.error(
      'authoritative',
      `answers SERVFAIL for ${zone}`,
      'see its log: the zone is there and could not be loaded (understudy check)',
    )
  else if (rcode !== Rcode.NOERROR)
    findings.error('authoritative', `answers ${rcodeToText(rcode)} for ${zone} itself`, lame)
  else if (!authoritative)
    findings.error('authoritative', `answers for ${zone} without AA: it does not have the zone`, lame)
  else if (soa === undefined)
    findings.error('authoritative', `has no SOA at ${zone}: it has another zone there`, lame)
  else findings.ok('authoritative', `has ${zone}, serial ${soa.serial}`)
}

function judgeRecursion({ recursionAvailable }: Answer, findings: Findings): Finding | undefined {
  if (!recursionAvailable) return findings.ok('recursion', 'offers no recursion')
  return findings.warning(
    'recursion',
    'offers recursion (RA): open to everybody, it is misused for attacks, and its cache can be poisoned',
    'turn recursion off on an authoritative server, or let only your own clients use it',
  )
}

function judgeExam(exam: ServerExam, findings: Findings): void {
  judgeEdns(exam.edns, findings)
  judgeUnknownOption(exam, findings)
  judgeCookie(exam, findings)
  judgeNoSuchName(exam.noSuchName, findings)
  judgeLetters(exam.mixedCase, findings)
  judgeTruncation(exam, findings)
}

function judgeEdns(edns: Exchange, findings: Findings): Finding | undefined {
  const update =
    'update the server, or the firewall in front of it: resolvers have no way around this any more'
  if (edns.kind === 'silent')
    return findings.error('edns', `does not answer a query with EDNS: ${edns.detail}`, update)
  if (edns.rcode !== Rcode.NOERROR)
    return findings.error('edns', `answers ${rcodeToText(edns.rcode)} to a query with EDNS`, update)
  if (edns.edns === undefined)
    return findings.warning('edns', 'answers a query with EDNS without an OPT record', update)
  const { udpSize } = edns.edns
  if (udpSize < UDP_SIZES.least || udpSize > UDP_SIZES.most)
    return findings.warning(
      'edns',
      `announces ${udpSize} bytes for UDP`,
      'set the EDNS buffer size to 1232: larger packets get lost in fragments',
    )
  return findings.ok('edns', `speaks EDNS, ${udpSize} bytes`)
}

function judgeUnknownOption({ edns, unknownOption }: ServerExam, findings: Findings): Finding | undefined {
  if (!isGood(edns)) return undefined
  if (isGood(unknownOption))
    return findings.ok('edns-option', 'passes over an EDNS option that it does not know')
  return findings.error(
    'edns-option',
    `${didInstead(unknownOption)} to an EDNS option that it does not know, which has to be passed over (RFC 6891 §6.1.2)`,
    'update the server, or the firewall in front of it',
  )
}

function judgeCookie({ edns, cookie }: ServerExam, findings: Findings): Finding | undefined {
  if (!isGood(edns)) return undefined
  const isAnswered = cookie.kind === 'answer' && cookie.rcode !== Rcode.FORMERR && cookie.edns !== undefined
  if (!isAnswered)
    return findings.error(
      'cookies',
      `${didInstead(cookie)} to a client's cookie (RFC 7873)`,
      'update the server, or the firewall in front of it',
    )
  switch (cookie.edns?.cookie) {
    case 'good':
      return findings.ok('cookies', 'answers with a cookie')
    case 'wrong':
      return findings.error(
        'cookies',
        'answers with the cookie of another client: its answers are dropped as forged',
        'update the server, or what stands before it',
      )
    default:
      return findings.ok('cookies', 'knows no cookies, which is allowed')
  }
}

function judgeNoSuchName(reply: Exchange, findings: Findings): Finding | undefined {
  if (reply.kind === 'silent')
    return findings.error('nxdomain', `does not answer for a name that does not exist: ${reply.detail}`, OPEN)
  if (reply.rcode === Rcode.NOERROR && reply.answers > 0)
    return findings.ok('nxdomain', 'has a wildcard that answers for every name')
  if (reply.rcode !== Rcode.NXDOMAIN && reply.rcode !== Rcode.NOERROR)
    return findings.error(
      'nxdomain',
      `answers ${rcodeToText(reply.rcode)} for a name that does not exist`,
      'update the server: NXDOMAIN is the answer (RFC 1035 §4.1.1)',
    )
  if (reply.soa === undefined)
    return findings.warning(
      'nxdomain',
      'a negative answer comes without the SOA: resolvers may not remember it (RFC 2308 §5)',
      'update the server',
    )
  return findings.ok('nxdomain', `a name that does not exist is ${rcodeToText(reply.rcode)}, with the SOA`)
}

function judgeLetters(reply: Exchange, findings: Findings): Finding | undefined {
  if (!isGood(reply))
    return findings.error(
      'letter-case',
      `${didInstead(reply)} to a question in mixed letters`,
      'update the server: names compare without case (RFC 4343)',
    )
  if (reply.sameLetters) return findings.ok('letter-case', 'a question in mixed letters comes back as it was')
  return findings.warning(
    'letter-case',
    'changes the letters of the question: resolvers that mix them against forgery do not take its answers',
    'update the server, or what stands before it',
  )
}

function judgeTruncation({ long, longByTcp }: ServerExam, findings: Findings): Finding | undefined {
  if (long.kind === 'silent')
    return findings.ok('truncation', `queries for long answers are not answered: ${long.detail}`)
  if (long.bytes > PLAIN_UDP_BYTES)
    return findings.error(
      'truncation',
      `sends ${long.bytes} bytes to a client that can take ${PLAIN_UDP_BYTES}`,
      'update the server: it must truncate (RFC 1035 §4.2.1)',
    )
  if (!long.truncated)
    return findings.ok(
      'truncation',
      `the longest answer of the zone's own name has ${long.bytes} bytes, and fits`,
    )
  if (longByTcp?.kind === 'answer' && !longByTcp.truncated)
    return findings.ok('truncation', `truncates, and gives the whole of ${longByTcp.bytes} bytes by TCP`)
  return findings.error(
    'truncation',
    'truncates an answer that is not to be had by TCP either',
    'open TCP port 53 (RFC 7766)',
  )
}

function isGood(reply: Exchange): reply is Answer {
  return reply.kind === 'answer' && reply.rcode === Rcode.NOERROR
}

function didInstead(reply: Exchange): string {
  if (reply.kind === 'silent') return `does not answer (${reply.detail})`
  return reply.rcode === Rcode.NOERROR ? 'answers without EDNS' : `answers ${rcodeToText(reply.rcode)}`
}
