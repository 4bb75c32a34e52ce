/** Facts about a delegation in which all is right, and how to make something wrong. */
import type { Answer, Exchange, ServerExam, ServerFacts, ZoneFacts } from '#delegation/facts.ts'
import type { Finding } from '#delegation/finding.ts'

export const NS1 = 'ns1.lb.test'
export const NS2 = 'ns2.lb.test'
export const NOW = 1_700_000_000

export function answer(change: Partial<Answer> = {}): Answer {
  return {
    kind: 'answer',
    rcode: 0,
    authoritative: true,
    truncated: false,
    recursionAvailable: false,
    bytes: 100,
    sameLetters: true,
    edns: undefined,
    soa: { serial: 7, mname: NS1, negativeSeconds: 300 },
    answers: 1,
    ...change,
  }
}

export function silent(detail = 'no answer within 2s', noRoute = false): Exchange {
  return { kind: 'silent', detail, noRoute }
}

export function withEdns(cookie: 'none' | 'good' | 'wrong' = 'none', udpSize = 1232): Answer {
  return answer({ edns: { udpSize, cookie } })
}

export function exam(change: Partial<ServerExam> = {}): ServerExam {
  return {
    edns: withEdns(),
    unknownOption: withEdns(),
    cookie: withEdns('good'),
    noSuchName: answer({ rcode: 3, answers: 0 }),
    mixedCase: answer(),
    long: answer(),
    longByTcp: undefined,
    ns: { names: [NS1, NS2], ttlSeconds: 3600 },
    signatures: [],
    keys: undefined,
    ...change,
  }
}

export function server(change: Partial<ServerFacts> = {}): ServerFacts {
  return { address: '192.0.2.53', names: [NS1], udp: answer(), tcp: answer(), exam: exam(), ...change }
}

export const SECOND = server({ address: '198.51.100.53', names: [NS2] })

/** What the server of the parent says. */
export function parent(
  change: Partial<NonNullable<ZoneFacts['parent']>['servers'][number]> = {},
  names: readonly string[] = [NS1, NS2],
): NonNullable<ZoneFacts['parent']> {
  const glue = [
    { name: NS1, address: '192.0.2.53' },
    { name: NS2, address: '198.51.100.53' },
  ]
  const outcome = { kind: 'delegates', ns: { names, ttlSeconds: 3600 }, glue } as const
  return {
    zone: 'test',
    problem: undefined,
    servers: [{ address: '203.0.113.1', outcome, ds: [], ...change }],
  }
}

export function facts(change: Partial<ZoneFacts> = {}): ZoneFacts {
  return {
    zone: 'lb.test',
    parent: parent(),
    nameservers: [
      { name: NS1, inZone: true, resolution: { kind: 'found', addresses: ['192.0.2.53'] } },
      { name: NS2, inZone: true, resolution: { kind: 'found', addresses: ['198.51.100.53'] } },
    ],
    servers: [server(), SECOND],
    mname: { name: NS1, resolution: { kind: 'found', addresses: ['192.0.2.53'] } },
    managed: [],
    leftOut: [],
    nowSeconds: NOW,
    ...change,
  }
}

/** `severity check about: words`. */
export function lineOf({ severity, check, about, words }: Finding): string {
  return `${severity} ${check}${about === '' ? '' : ` ${about}`}: ${words}`
}
