/** Every finding, by what leads to it. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import type { ManagedFacts, ServerExam, ZoneFacts } from '#delegation/facts.ts'
import { CHECKS } from '#delegation/finding.ts'
import { judge } from '#delegation/judge.ts'
import { ROOT_FOLDER } from '#test/child.ts'
import { name, nameToBytes } from '#wire/name.ts'
import {
  answer,
  exam,
  facts,
  lineOf,
  NOW,
  NS1,
  NS2,
  parent,
  SECOND,
  server,
  silent,
  withEdns,
} from './facts.ts'

/** What is wrong, and the findings that are no `ok`. */
type Case = readonly [what: string, facts: ZoneFacts, lines: readonly string[]]

const DELEGATES = parent().servers[0]?.outcome as Extract<
  NonNullable<ZoneFacts['parent']>['servers'][number]['outcome'],
  { kind: 'delegates' }
>
const glueOf = (...glue: { name: string; address: string }[]) =>
  facts({ parent: parent({ outcome: { ...DELEGATES, glue } }) })
const resolvedTo = (resolution: ZoneFacts['nameservers'][number]['resolution'], inZone = false) =>
  facts({
    nameservers: [
      ...facts().nameservers.slice(0, 1),
      { name: inZone ? NS2 : 'ns.other.test', inZone, resolution },
    ],
  })
const [GLUE1, GLUE2] = [
  { name: NS1, address: '192.0.2.53' },
  { name: NS2, address: '198.51.100.53' },
]
/** With one server that was asked these and did so. */
const examined = (change: Partial<ServerExam>) => facts({ servers: [server({ exam: exam(change) }), SECOND] })
const AT1 = `192.0.2.53 (${NS1})`

const DELEGATION: readonly Case[] = [
  ['all is right', facts(), []],
  [
    'the resolver does not know the parent',
    facts({ parent: { zone: undefined, problem: 'NS of test: no answer', servers: [] } }),
    ['error parent-answers: the servers of the parent of lb.test are not known: NS of test: no answer'],
  ],
  [
    'no server of the parent answers',
    facts({ parent: parent({ outcome: { kind: 'failed', detail: 'REFUSED' } }) }),
    ['error parent-answers: no server of the parent test answers: 203.0.113.1: REFUSED'],
  ],
  [
    'one server of the parent does not answer',
    facts({
      parent: {
        ...parent(),
        servers: [
          ...parent().servers,
          { address: '203.0.113.2', outcome: { kind: 'failed', detail: 'no answer' }, ds: undefined },
        ],
      },
    }),
    ['warning parent-answers: not all servers of the parent test answer: 203.0.113.2: no answer'],
  ],
  [
    'one server of the parent has old data',
    facts({
      parent: {
        ...parent(),
        servers: [
          ...parent().servers,
          {
            address: '203.0.113.2',
            outcome: { kind: 'none', detail: 'lb.test does not exist there' },
            ds: [],
          },
        ],
      },
    }),
    [
      `warning parents-agree: the servers of the parent test differ: 203.0.113.1 says NS ${NS1} and ${NS2} (192.0.2.53, 198.51.100.53); 203.0.113.2 says lb.test does not exist there`,
    ],
  ],
  [
    'nothing is delegated',
    facts({ parent: parent({ outcome: { kind: 'none', detail: 'there are no NS records at lb.test' } }) }),
    ['error delegated: the parent test does not delegate lb.test: there are no NS records at lb.test'],
  ],
  [
    'the server of the parent has the zone too',
    facts({ parent: parent({ outcome: { kind: 'serves', ns: DELEGATES.ns } }) }),
    [
      'warning delegated: the server of the parent test serves lb.test itself: its answer does not show what the parent zone delegates',
    ],
  ],
  [
    'the parent has one NS less',
    facts({ parent: parent({}, [NS1, NS2].slice(0, 1)) }),
    [`warning ns-set: the zone has NS ${NS2}, the parent has not: whoever comes from above does not find it`],
  ],
  [
    'the parent has one NS more',
    facts({
      parent: parent({ outcome: { ...DELEGATES, ns: { names: [NS1, NS2, 'old.test'], ttlSeconds: 60 } } }),
    }),
    ['warning ns-set: the parent has NS old.test, the zone has not'],
  ],
  [
    'the servers have other NS records than each other',
    facts({ servers: [server(), { ...SECOND, exam: exam({ ns: { names: [NS2], ttlSeconds: 3600 } }) }] }),
    [`warning servers-agree: NS records differ: 192.0.2.53 has ${NS1} and ${NS2}; 198.51.100.53 has ${NS2}`],
  ],
  [
    'there is no glue',
    glueOf(GLUE1),
    [
      `error glue ${NS2}: the parent has no glue: the name lies within the zone, and nobody finds the zone without the address`,
    ],
  ],
  [
    'the glue is another address',
    glueOf(GLUE1, { name: NS2, address: '198.51.100.54' }),
    [
      `error glue ${NS2}: the parent's glue 198.51.100.54 is no address that the zone has (198.51.100.53)`,
      `warning glue ${NS2}: the parent has no glue for 198.51.100.53`,
    ],
  ],
  [
    'there is glue beside the right one',
    glueOf(GLUE1, GLUE2, { name: NS2, address: '2001:db8::53' }),
    [`error glue ${NS2}: the parent's glue 2001:db8::53 is no address that the zone has (198.51.100.53)`],
  ],
  [
    'a name has no address',
    resolvedTo({ kind: 'none', detail: 'the name does not exist' }),
    ['error ns-name ns.other.test: has no address: the name does not exist'],
  ],
  [
    'a name is an alias',
    resolvedTo({ kind: 'alias', target: 'www.test' }),
    [
      "error ns-name ns.other.test: is an alias of www.test: a name server's name must not be one (RFC 2181 §10.3)",
    ],
  ],
  [
    'a name could not be looked for',
    resolvedTo({ kind: 'unknown', detail: '192.0.2.9: SERVFAIL' }),
    ['warning ns-name ns.other.test: could not be resolved: 192.0.2.9: SERVFAIL'],
  ],
  [
    'there is one name server',
    facts({ nameservers: facts().nameservers.slice(0, 1), servers: [server()] }),
    [`warning spread: there is only one name server, ${NS1}`],
  ],
  [
    'both names are one address',
    facts({ servers: [server()] }),
    ['warning spread: all name servers are one address, 192.0.2.53'],
  ],
  [
    'both are in one /24',
    facts({ servers: [server(), { ...SECOND, address: '192.0.2.54' }] }),
    ['warning spread: all name servers are in one network: 192.0.2.0/24'],
  ],
  [
    'both are in one /24 and one /48',
    facts({
      servers: ['192.0.2.53', '192.0.2.54', '2001:db8:0:1::53', '2001:db8:0:2::53'].map(address =>
        server({ address }),
      ),
    }),
    ['warning spread: all name servers are in one network: 192.0.2.0/24 and 2001:db8::/48'],
  ],
]

const SERVERS: readonly Case[] = [
  [
    'it is silent',
    facts({ servers: [server({ udp: silent(), tcp: silent(), exam: undefined }), SECOND] }),
    [
      `error udp ${AT1}: does not answer by UDP: no answer within 2s`,
      `error tcp ${AT1}: does not answer by TCP: no answer within 2s`,
    ],
  ],
  [
    'it has no TCP',
    facts({ servers: [server({ tcp: silent('nobody listens') }), SECOND] }),
    [`error tcp ${AT1}: does not answer by TCP: nobody listens`],
  ],
  [
    'this host has no IPv6',
    facts({
      servers: [
        server(),
        SECOND,
        server({ address: '2001:db8::53', udp: silent('', true), tcp: silent('', true), exam: undefined }),
      ],
    }),
    [],
  ],
  ...(
    [
      [{ rcode: 5 }, 'refuses: it does not have lb.test'],
      [{ rcode: 2 }, 'answers SERVFAIL for lb.test'],
      [{ rcode: 3 }, 'answers NXDOMAIN for lb.test itself'],
      [{ authoritative: false }, 'answers for lb.test without AA: it does not have the zone'],
      [{ soa: undefined }, 'has no SOA at lb.test: it has another zone there'],
    ] as const
  ).map(
    ([change, words]): Case => [
      words,
      facts({ servers: [server({ udp: answer(change), exam: undefined }), SECOND] }),
      [`error authoritative ${AT1}: ${words}`],
    ],
  ),
  [
    'it offers recursion',
    facts({ servers: [server({ udp: answer({ recursionAvailable: true }) }), SECOND] }),
    [
      `warning recursion ${AT1}: offers recursion (RA): open to everybody, it is misused for attacks, and its cache can be poisoned`,
    ],
  ],
  [
    'EDNS is dropped',
    examined({ edns: silent() }),
    [`error edns ${AT1}: does not answer a query with EDNS: no answer within 2s`],
  ],
  [
    'EDNS is an error',
    examined({ edns: answer({ rcode: 1 }) }),
    [`error edns ${AT1}: answers FORMERR to a query with EDNS`],
  ],
  [
    'EDNS is passed over',
    examined({ edns: answer(), unknownOption: answer(), cookie: withEdns() }),
    [`warning edns ${AT1}: answers a query with EDNS without an OPT record`],
  ],
  [
    'its packets are too large',
    examined({ edns: withEdns('none', 8192) }),
    [`warning edns ${AT1}: announces 8192 bytes for UDP`],
  ],
  [
    'an unknown option is an error',
    examined({ unknownOption: answer({ rcode: 1 }) }),
    [
      `error edns-option ${AT1}: answers FORMERR to an EDNS option that it does not know, which has to be passed over (RFC 6891 §6.1.2)`,
    ],
  ],
  [
    'a cookie is not answered',
    examined({ cookie: silent() }),
    [`error cookies ${AT1}: does not answer (no answer within 2s) to a client's cookie (RFC 7873)`],
  ],
  [
    'a cookie comes back changed',
    examined({ cookie: withEdns('wrong') }),
    [`error cookies ${AT1}: answers with the cookie of another client: its answers are dropped as forged`],
  ],
  ['no cookies are known', examined({ cookie: withEdns('none') }), []],
  ['cookies are wanted while it is attacked', examined({ cookie: { ...withEdns('good'), rcode: 23 } }), []],
  [
    'a name that does not exist is refused',
    examined({ noSuchName: answer({ rcode: 5 }) }),
    [`error nxdomain ${AT1}: answers REFUSED for a name that does not exist`],
  ],
  [
    'a name that does not exist is not answered',
    examined({ noSuchName: silent() }),
    [`error nxdomain ${AT1}: does not answer for a name that does not exist: no answer within 2s`],
  ],
  [
    'a negative answer has no SOA',
    examined({ noSuchName: answer({ rcode: 3, answers: 0, soa: undefined }) }),
    [
      `warning nxdomain ${AT1}: a negative answer comes without the SOA: resolvers may not remember it (RFC 2308 §5)`,
    ],
  ],
  ['there is a wildcard', examined({ noSuchName: answer({ soa: undefined }) }), []],
  [
    'letters are changed',
    examined({ mixedCase: answer({ sameLetters: false }) }),
    [
      `warning letter-case ${AT1}: changes the letters of the question: resolvers that mix them against forgery do not take its answers`,
    ],
  ],
  [
    'letters matter',
    examined({ mixedCase: answer({ rcode: 5 }) }),
    [`error letter-case ${AT1}: answers REFUSED to a question in mixed letters`],
  ],
  [
    'it sends more than a client takes',
    examined({ long: answer({ bytes: 700 }) }),
    [`error truncation ${AT1}: sends 700 bytes to a client that can take 512`],
  ],
  [
    'the whole is not to be had',
    examined({ long: answer({ truncated: true }), longByTcp: silent() }),
    [`error truncation ${AT1}: truncates an answer that is not to be had by TCP either`],
  ],
  [
    'the whole comes by TCP',
    examined({ long: answer({ truncated: true }), longByTcp: answer({ bytes: 900 }) }),
    [],
  ],
]

const withSoa = (change: Partial<NonNullable<ReturnType<typeof answer>['soa']>>) => ({
  udp: answer({ soa: { serial: 7, mname: NS1, negativeSeconds: 300, ...change } }),
})

const ZONE: readonly Case[] = [
  [
    'nobody answers',
    facts({
      servers: [
        server({ udp: silent(), tcp: silent(), exam: undefined }),
        { ...SECOND, udp: silent(), tcp: silent(), exam: undefined },
      ],
      mname: undefined,
    }),
    [
      `error udp ${AT1}: does not answer by UDP: no answer within 2s`,
      `error tcp ${AT1}: does not answer by TCP: no answer within 2s`,
      `error udp 198.51.100.53 (${NS2}): does not answer by UDP: no answer within 2s`,
      `error tcp 198.51.100.53 (${NS2}): does not answer by TCP: no answer within 2s`,
      'error authoritative: no name server answers for lb.test',
    ],
  ],
  [
    'serials differ',
    facts({ servers: [server(), { ...SECOND, ...withSoa({ serial: 8 }) }] }),
    ['warning serial: serials differ: 7 at 192.0.2.53 and 8 at 198.51.100.53'],
  ],
  [
    'the serial is 0',
    facts({ servers: [server(withSoa({ serial: 0 })), { ...SECOND, ...withSoa({ serial: 0 }) }] }),
    ['warning serial: the serial is 0, which some programs take for none'],
  ],
  [
    'the primary server has no address',
    facts({ mname: { name: 'ns.gone', resolution: { kind: 'none', detail: 'the name does not exist' } } }),
    ['warning mname: the SOA names ns.gone, which has no address: the name does not exist'],
  ],
  [
    'negative answers are kept for days',
    facts({ servers: [server(withSoa({ negativeSeconds: 172_800 })), SECOND] }),
    [
      'warning negative-ttl: that a name does not exist is remembered for 2d: a new name is not seen for so long by those who have asked before',
    ],
  ],
  [
    'there was no time for all of it',
    facts({ leftOut: ['3 questions were not asked'] }),
    ['warning left-out: 3 questions were not asked'],
  ],
]

const KEY = Uint8Array.of(1, 1, 3, 13, ...new Uint8Array(64).fill(5))
const TAG = ((sum: number) => (sum + (sum >>> 16)) & 0xffff)(
  KEY.reduce((sum, byte, at) => sum + (at % 2 === 0 ? byte * 256 : byte), 0),
)
const DIGEST = createHash('sha256')
  .update(nameToBytes(name('lb.test.')))
  .update(KEY)
  .digest()
const DS = Uint8Array.of(TAG >> 8, TAG & 255, 13, 2, ...DIGEST)
const OTHER_DS = Uint8Array.of(TAG >> 8, TAG & 255, 13, 2, ...new Uint8Array(32))

function signature(from: number, until: number): Uint8Array {
  const bytes = new Uint8Array(32)
  new DataView(bytes.buffer).setUint32(8, until)
  new DataView(bytes.buffer).setUint32(12, from)
  return bytes
}

function signed(ds: readonly Uint8Array[], change: Partial<ServerExam> = {}): ZoneFacts {
  const signatures = [signature(NOW - 1000, NOW + 864_000)]
  const servers = [server(), SECOND].map(one => ({
    ...one,
    exam: exam({ signatures, keys: [KEY], ...change }),
  }))
  return facts({ parent: parent({ ds }), servers: servers.slice(0, 2) })
}

const eachServer = (line: (address: string) => string): string[] => ['192.0.2.53', '198.51.100.53'].map(line)

const DNSSEC: readonly Case[] = [
  ['DS, key and signature fit', signed([DS]), []],
  ['one DS of two fits', signed([OTHER_DS, DS]), []],
  ['a digest that nobody here knows is not judged', signed([Uint8Array.of(0, 1, 13, 99, 0)]), []],
  [
    'there are DS records, and no signatures',
    facts({ parent: parent({ ds: [DS] }) }),
    [
      'error signatures: the parent has DS records, and 192.0.2.53 and 198.51.100.53 answers without signatures: validators take the whole zone for bogus',
    ],
  ],
  [
    'the DS record is of another key',
    signed([OTHER_DS]),
    eachServer(
      address =>
        `error ds: no DS record of the parent fits a key of ${address}: DS ${TAG} algorithm 13 digest type 2 against keys ${TAG}`,
    ),
  ],
  [
    'there are no keys',
    signed([DS], { keys: [] }),
    eachServer(address => `error ds: the parent has DS records, and ${address} has no DNSKEY`),
  ],
  [
    'nobody has entered the DS records',
    signed([]),
    ['warning ds: lb.test is signed, and the parent has no DS records: nobody validates it'],
  ],
  [
    'signatures have ended',
    signed([DS], { signatures: [signature(0, NOW - 1)] }),
    eachServer(address => `error signatures: the signature at ${address} ended at 2023-11-14T22:13:19.000Z`),
  ],
  [
    'signatures are about to end',
    signed([DS], { signatures: [signature(0, NOW + 60)] }),
    eachServer(
      address =>
        `warning signatures: the signature at ${address} ends within a day, at 2023-11-14T22:14:20.000Z`,
    ),
  ],
  [
    'signatures have not begun',
    signed([DS], { signatures: [signature(NOW + 60, NOW + 864_000)] }),
    eachServer(address => `error signatures: the signature at ${address} begins at 2023-11-14T22:14:20.000Z`),
  ],
]

function managed(texts: readonly (string | undefined)[], change: Partial<ManagedFacts> = {}): ZoneFacts {
  const answers = texts.map((text, at) => ({
    server: ['192.0.2.53', '198.51.100.53'][at] ?? '',
    type: 'A' as const,
    text,
    negativeSeconds: undefined,
  }))
  return facts({ managed: [{ name: 'www.lb.test', ttlMinSeconds: 5, picks: false, answers, ...change }] })
}

const MANAGED: readonly Case[] = [
  ['both answer the same', managed(['203.0.113.1', '203.0.113.1']), []],
  [
    'they answer differently',
    managed(['203.0.113.1', '203.0.113.2']),
    [
      'warning same-answer www.lb.test: A differs: 192.0.2.53 answers 203.0.113.1; 198.51.100.53 answers 203.0.113.2',
    ],
  ],
  ['each query picks anew', managed(['203.0.113.1', '203.0.113.2'], { picks: true }), []],
  ['one is silent, which is said elsewhere', managed(['203.0.113.1', undefined]), []],
  ['the configuration does not have the zone', facts({ managed: undefined }), []],
  [
    'nothing is remembered for longer than ttl-min',
    managed([], {
      answers: [{ server: '192.0.2.53', type: 'AAAA', text: 'no data', negativeSeconds: 300 }],
    }),
    [
      'warning negative-ttl www.lb.test: that there is no AAAA is remembered for 300 s after 192.0.2.53 has said so, longer than ttl-min of 5 s',
    ],
  ],
]

const ALL = { DELEGATION, SERVERS, ZONE, DNSSEC, MANAGED }

for (const [group, cases] of Object.entries(ALL)) {
  describe(`of ${group.toLowerCase()}`, () => {
    for (const [what, seen, lines] of cases) {
      it(what, () => {
        const found = judge(seen).filter(({ severity }) => severity !== 'ok')
        assert.deepEqual(found.map(lineOf), lines)
        for (const { advice } of found) assert.ok(advice !== undefined && advice !== '')
      })
    }
  })
}

describe('the checks', () => {
  const shown = Object.values(ALL).flatMap(cases => cases.flatMap(([, seen]) => judge(seen)))

  it('each complain in a case above, but for the TTL, which is only told', () => {
    const complaining = new Set(shown.filter(({ severity }) => severity !== 'ok').map(({ check }) => check))
    assert.deepEqual(
      Object.keys(CHECKS).filter(check => !complaining.has(check as keyof typeof CHECKS)),
      ['ns-ttl'],
    )
  })

  it('are those of docs/operations.md, in the same words', () => {
    const page = readFileSync(`${ROOT_FOLDER}docs/operations.md`, 'utf8')
    const [, text = ''] = /^## Is the delegation right\?\n(.*?)^## /ms.exec(page) ?? []
    const rows = Array.from(text.matchAll(/^\| `([\w-]+)` +\| (.*?) +\|$/gm), match => [match[1], match[2]])
    assert.deepEqual(rows, Object.entries(CHECKS))
  })

  it('say of IPv6 that is not to be had that nothing was asked', () => {
    const noRoute = { udp: silent('', true), tcp: silent('', true), exam: undefined }
    const findings = judge(facts({ servers: [server({ address: '2001:db8::53', ...noRoute })] }))
    assert.ok(
      findings.map(lineOf).includes(`ok udp 2001:db8::53 (${NS1}): not asked: this host has no way to IPv6`),
    )
  })
})
