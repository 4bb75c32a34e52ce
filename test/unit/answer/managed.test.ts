/** Managed names by the whole way from query to response: apex, wildcard, CNAME, and slots from which each query picks. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Packet } from 'dns2'
import { type SlotContent, slotBytes } from '#answer/board.ts'
import type { ManagedRRsets } from '#answer/catalog.ts'
import { EXTENDED_ERRORS, ExtendedError } from '#answer/extended-error.ts'
import type { Pick } from '#steering/selection.ts'
import { encodeQuery } from '#wire/message.ts'
import { name, nameToBytes } from '#wire/name.ts'
import { dataToText } from '#wire/record-data.ts'
import { Rcode, RrType } from '#wire/types.ts'
import { HEAD, Lab, type LabOptions } from './lab.ts'

const TTL = { minSeconds: 5, maxSeconds: 30, nextChangeMs: undefined }
const SOA = 'au p.test. SOA ns.p.test. hostmaster.p.test. 1 2 3 4 5'
const ALL_DOWN = EXTENDED_ERRORS[ExtendedError.allDown] ?? new Uint8Array(0)
const ALL_TYPES = ['A', 'AAAA', 'TXT', 'MX', 'SOA', 'NS', 'DS', 'CNAME', 'ANY', 'TYPE65280']

function addresses(lasts: readonly number[], pick?: Pick): SlotContent {
  const data = lasts.map(last => Uint8Array.of(203, 0, 113, last))
  return { kind: 'records', type: RrType.A, data, ttl: TTL, ...(pick === undefined ? {} : { pick }) }
}

function hosts(targets: readonly string[], pick?: Pick): SlotContent {
  const data = targets.map(target => nameToBytes(name(target)))
  return { kind: 'records', type: RrType.CNAME, data, ttl: TTL, ...(pick === undefined ? {} : { pick }) }
}

function managed(owner: string, rest: Partial<ManagedRRsets>): ManagedRRsets {
  return { name: name(owner), negativeTtl: 5, slots: [], ...rest }
}

/** The zone `p.test.`, with these managed names and room for 200 records in each of four slots. */
function lab(zone: string, names: readonly ManagedRRsets[], options: LabOptions = {}): Lab {
  return new Lab(
    { 'p.test.': HEAD + zone },
    { managed: { 'p.test.': names }, slots: new Array(4).fill(slotBytes(200, 16, 200)), ...options },
  )
}

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i + 1)
}

describe('a managed apex', () => {
  const slots = [
    { type: RrType.A, slot: 0 },
    { type: RrType.AAAA, slot: 1 },
  ]
  const served = lab('', [managed('p.test.', { slots })])
  served.board.publish(0, addresses([7]))
  served.board.publish(1, { kind: 'nodata' })

  it('has its addresses beside SOA and NS', () => {
    assert.deepEqual(served.transcript('p.test. A'), ['NOERROR aa', 'an p.test. A 203.0.113.7'])
    assert.deepEqual(served.transcript('p.test. NS'), ['NOERROR aa', 'an p.test. NS ns.p.test.'])
    assert.deepEqual(served.transcript('p.test. SOA'), ['NOERROR aa', SOA.replace('au', 'an')])
    assert.deepEqual(served.transcript('p.test. MX'), ['NOERROR aa', SOA])
    assert.deepEqual(served.transcript('no.p.test. A'), ['NXDOMAIN aa', SOA])
  })

  it('answers NODATA and SERVFAIL for the addresses alone', () => {
    assert.deepEqual(served.transcript('p.test. AAAA'), ['NOERROR aa', SOA])
    served.board.publish(1, { kind: 'servfail' })
    assert.deepEqual(served.transcript('p.test. AAAA'), ['SERVFAIL'])
    assert.deepEqual(served.transcript('p.test. NS'), ['NOERROR aa', 'an p.test. NS ns.p.test.'])
  })

  it('always has something for ANY', () => {
    served.board.publish(0, { kind: 'nodata' })
    assert.deepEqual(served.transcript('p.test. ANY'), ['NOERROR aa', 'an p.test. NS ns.p.test.'])
  })
})

describe('ANY of a managed name', () => {
  const slots = [{ type: RrType.A, slot: 0 }]
  const zone = `beside CAA 0 issue "ca.example.net"
hashed NSEC3 1 0 0 - VB2KOR9DUP2TLUOGSVSTLN8GMTLVNV7F A
hashed CAA 0 issue "ca.example.net"
`
  const owners = ['alone', 'beside', 'hashed']
  const served = lab(
    zone,
    owners.map(owner => managed(`${owner}.p.test.`, { slots })),
  )
  const caa = (owner: string): string[] => ['NOERROR aa', `an ${owner}.p.test. CAA 0 issue "ca.example.net"`]

  it('is the addresses, where there is nothing else', () => {
    served.board.publish(0, addresses([7]))
    assert.deepEqual(served.transcript('alone.p.test. ANY'), ['NOERROR aa', 'an alone.p.test. A 203.0.113.7'])
    served.board.publish(0, { kind: 'nodata' })
    assert.deepEqual(served.transcript('alone.p.test. ANY'), ['NOERROR aa', SOA])
  })

  it('is what is always there, whatever the pools say', () => {
    for (const content of [addresses([7]), { kind: 'nodata' } as const, { kind: 'servfail' } as const]) {
      served.board.publish(0, content)
      for (const owner of ['beside', 'hashed'])
        assert.deepEqual(served.transcript(`${owner}.p.test. ANY`), caa(owner))
    }
  })
})

describe('a managed wildcard', () => {
  const served = lab('here TXT "x"\n', [managed('*.w.p.test.', { slots: [{ type: RrType.A, slot: 0 }] })])
  served.board.publish(0, addresses([7]))

  it('is owned by the name that was asked for', () => {
    for (const owner of ['a.w.p.test.', 'a.long-label.and.another.w.p.test.'])
      assert.deepEqual(served.transcript(`${owner} A`), ['NOERROR aa', `an ${owner} A 203.0.113.7`])
  })

  it('answers NODATA for other types and for the name above it', () => {
    assert.deepEqual(served.transcript('a.w.p.test. MX'), ['NOERROR aa', SOA])
    assert.deepEqual(served.transcript('w.p.test. A'), ['NOERROR aa', SOA])
    served.board.publish(0, { kind: 'nodata' })
    assert.deepEqual(served.transcript('a.b.w.p.test. A'), ['NOERROR aa', SOA])
  })
})

describe('a managed CNAME', () => {
  const zone = 'to CNAME www\nto-wild CNAME x.w\nd DNAME below\nservice MX 10 www\n'
  const names = [
    managed('www.p.test.', { alias: 0 }),
    managed('*.w.p.test.', { alias: 1 }),
    managed('x.below.p.test.', { alias: 2 }),
  ]
  const served = new Lab(
    { 'p.test.': HEAD + zone, 'q.test.': `${HEAD}other CNAME www.p.test.\n` },
    { minimal: false, managed: { 'p.test.': names }, slots: [1, 2, 3].map(() => slotBytes(3, 255, 3)) },
  )
  for (const slot of [0, 1, 2]) served.board.publish(slot, hosts(['edge.example.net.']))

  it('answers every type, CNAME and ANY among them (RFC 1034 §3.6.2)', () => {
    for (const type of ALL_TYPES)
      assert.deepEqual(served.transcript(`www.p.test. ${type}`), [
        'NOERROR aa',
        'an www.p.test. CNAME edge.example.net.',
      ])
  })

  it('has the TTL of its slot, which falls towards the next change', () => {
    const nextChangeMs = served.monotonicMs + 12_000
    const content = hosts(['edge.example.net.'])
    assert.equal(served.ask('www.p.test. A').answer[0]?.ttl, 30)
    served.board.publish(0, { ...content, ttl: { ...TTL, nextChangeMs } } as SlotContent)
    assert.equal(served.ask('www.p.test. A').answer[0]?.ttl, 12)
    served.board.publish(0, content)
  })

  it('stands behind aliases and DNAMEs, and is given alone for what it cannot have below', () => {
    assert.deepEqual(served.transcript('to.p.test. AAAA'), [
      'NOERROR aa',
      'an to.p.test. CNAME www.p.test.',
      'an www.p.test. CNAME edge.example.net.',
    ])
    for (const type of ['CNAME', 'ANY'])
      assert.deepEqual(served.transcript(`to.p.test. ${type}`), [
        'NOERROR aa',
        'an to.p.test. CNAME www.p.test.',
      ])
    assert.deepEqual(served.transcript('x.d.p.test. A'), [
      'NOERROR aa',
      'an d.p.test. DNAME below.p.test.',
      'an x.d.p.test. CNAME x.below.p.test.',
      'an x.below.p.test. CNAME edge.example.net.',
    ])
    assert.deepEqual(served.transcript('below.www.p.test. A'), ['NXDOMAIN aa', SOA])
  })

  it('stands behind an alias of another zone, and that of a wildcard behind one too', () => {
    for (const [owner, target] of [
      ['other.q.test.', 'www.p.test.'],
      ['to-wild.p.test.', 'x.w.p.test.'],
    ])
      for (const type of ['A', 'MX', 'DS'])
        assert.deepEqual(served.transcript(`${owner} ${type}`), [
          'NOERROR aa',
          `an ${owner} CNAME ${target}`,
          `an ${target} CNAME edge.example.net.`,
        ])
  })

  it('is not followed, though its target is known here', () => {
    served.board.publish(0, hosts(['ns.p.test.']))
    assert.deepEqual(served.transcript('to.p.test. A').slice(1), [
      'an to.p.test. CNAME www.p.test.',
      'an www.p.test. CNAME ns.p.test.',
    ])
    served.board.publish(0, hosts(['edge.example.net.']))
  })

  it('adds nothing where it is named', () => {
    assert.deepEqual(served.transcript('service.p.test. MX'), [
      'NOERROR aa',
      'an service.p.test. MX 10 www.p.test.',
    ])
  })

  it('of a wildcard is owned by the name that was asked for', () => {
    for (const type of ALL_TYPES)
      assert.deepEqual(served.transcript(`a.b.w.p.test. ${type}`), [
        'NOERROR aa',
        'an a.b.w.p.test. CNAME edge.example.net.',
      ])
  })

  it('that is none now is NODATA or SERVFAIL, for every type and behind aliases', () => {
    for (const nothing of [{ kind: 'nodata' } as const, hosts([])]) {
      for (const slot of [0, 1, 2]) served.board.publish(slot, nothing)
      for (const type of ALL_TYPES) {
        assert.deepEqual(served.transcript(`www.p.test. ${type}`), ['NOERROR aa', SOA])
        assert.deepEqual(served.transcript(`a.w.p.test. ${type}`), ['NOERROR aa', SOA])
      }
      assert.deepEqual(served.transcript('to.p.test. A'), [
        'NOERROR aa',
        'an to.p.test. CNAME www.p.test.',
        SOA,
      ])
      assert.deepEqual(served.transcript('x.d.p.test. A').slice(-1), [SOA])
    }
    for (const slot of [0, 1, 2])
      served.board.publish(slot, { kind: 'servfail', error: ExtendedError.allDown })
    for (const type of ALL_TYPES)
      for (const owner of ['www', 'a.b.w']) {
        const { rcode, edns } = served.ask(`${owner}.p.test. ${type}`, { edns: { udpSize: 1232 } })
        const [data = new Uint8Array()] = edns?.options.map(option => option.data) ?? []
        assert.deepEqual([rcode, Buffer.compare(data, ALL_DOWN)], [Rcode.SERVFAIL, 0])
      }
    for (const owner of ['to.p.test.', 'x.d.p.test.', 'other.q.test.'])
      assert.deepEqual(served.transcript(`${owner} A`), ['SERVFAIL'])
  })

  it('may be one of several of any length, picked by weight', () => {
    const longest = `${`${'x'.repeat(49)}.`.repeat(4)}${'y'.repeat(40)}.example.net.`
    assert.equal(name(longest).length, 254)
    const targets = ['a.example.net.', longest, 'some-region.cdn.example.net.']
    const groups = [5, 3, 2].map(weight => ({ records: 1, weight }))
    const content = hosts(targets, { kind: 'weighted', answers: 1, groups })
    for (const slot of [0, 1, 2]) served.board.publish(slot, content)
    for (const [owner, before] of [
      ['www', []],
      ['a.b.w', []],
      ['to', ['an to.p.test. CNAME www.p.test.']],
      ['x.d', ['an d.p.test. DNAME below.p.test.', 'an x.d.p.test. CNAME x.below.p.test.']],
    ] as const) {
      const last = { to: 'www', 'x.d': 'x.below' }[owner as string] ?? owner
      const seen = new Map<string, number>()
      for (let i = 0; i < 2000; i++) {
        const [head, ...lines] = served.transcript(`${owner}.p.test. A`, { transport: 'tcp' })
        assert.deepEqual([head, ...lines.slice(0, -1)], ['NOERROR aa', ...before])
        const line = lines.at(-1) ?? ''
        seen.set(line, (seen.get(line) ?? 0) + 1)
      }
      const counts = targets.map(target => seen.get(`an ${last}.p.test. CNAME ${target}`) ?? 0)
      assert.equal(
        counts.reduce((sum, count) => sum + count, 0),
        2000,
        [...seen.keys()].join('\n'),
      )
      for (const [i, share] of [0.5, 0.3, 0.2].entries())
        assert.ok(Math.abs((counts[i] ?? 0) / 2000 - share) < 0.06, `${owner}: ${counts}`)
    }
  })
})

describe('an answer that each query picks', () => {
  const slots = [{ type: RrType.A, slot: 0 }]
  const zone = 'to CNAME www\nd DNAME below\nservice MX 10 www\n'
  const names = [managed('www.p.test.', { slots }), managed('x.below.p.test.', { slots })]
  const served = lab(zone, names, { minimal: false, seed: 5 })
  const groups = [
    { records: 2, weight: 1 },
    { records: 1, weight: 2 },
    { records: 3, weight: 3 },
  ]
  /** The answers that there can be: the first two of 1 to 3 groups, in either order. */
  const members = [[1, 2], [3], [4, 5, 6]]
  const possible = members.flatMap(a => members.filter(b => a !== b).map(b => [...a, ...b].join()))

  it('has all records of each group, with the TTL of now, as dns2 reads it too', () => {
    const query = encodeQuery({ id: 77, name: name('www.p.test.'), type: RrType.A })
    const nextChangeMs = served.monotonicMs + 20_000
    const content = addresses(upTo(6), { kind: 'weighted', answers: 2, groups })
    served.board.publish(0, { ...content, ttl: { ...TTL, nextChangeMs } } as SlotContent)
    const seen = new Set<string>()
    for (let i = 0; i < 500; i++) {
      served.monotonicMs += 10
      const response = served.send(query)
      assert.ok(response !== undefined)
      const packet = Packet.parse(Buffer.from(response))
      assert.equal(packet.header.ancount, packet.answers.length)
      for (const { name: owner, type, ttl } of packet.answers)
        assert.deepEqual([owner, type, ttl], ['www.p.test', RrType.A, Math.floor(20 - (i + 1) / 100)])
      seen.add(packet.answers.map(answer => `${'address' in answer && answer.address}`.split('.')[3]).join())
    }
    assert.deepEqual([...seen].sort(), possible.sort())
  })

  it('is picked behind aliases and DNAMEs and as additional data too', () => {
    served.board.publish(0, addresses(upTo(6), { kind: 'rotate', answers: 2 }))
    const pairs = ['1,2', '2,3', '3,4', '4,5', '5,6', '6,1']
    for (const [question, section, before] of [
      ['to.p.test. A', 'answer', 1],
      ['x.d.p.test. A', 'answer', 2],
      ['service.p.test. MX', 'additional', 0],
    ] as const) {
      const seen = new Set<string>()
      for (let i = 0; i < 200; i++) {
        const records = served.ask(question)[section].slice(before)
        seen.add(records.map(({ type, data }) => dataToText(type, data).split('.')[3]).join())
      }
      assert.deepEqual([...seen].sort(), pairs, question)
    }
  })

  it('that has no room is truncated, though another one would fit', () => {
    const uneven = [
      { records: 1, weight: 1 },
      { records: 40, weight: 1 },
    ]
    served.board.publish(0, addresses(upTo(41), { kind: 'weighted', answers: 1, groups: uneven }))
    const seen = new Set<string>()
    for (let i = 0; i < 100; i++) {
      const { truncated, answer } = served.ask('www.p.test. A')
      seen.add(`${truncated} ${answer.length}`)
      assert.equal(served.ask('www.p.test. A', { transport: 'tcp' }).truncated, false)
    }
    assert.deepEqual([...seen].sort(), ['false 1', 'true 0'])
  })

  it('fits by what is picked, not by what there is', () => {
    served.board.publish(0, addresses(upTo(200), { kind: 'rotate', answers: 8 }))
    for (let i = 0; i < 500; i++) {
      const { truncated, answer } = served.ask('www.p.test. A')
      assert.deepEqual([truncated, answer.length], [false, 8])
    }
  })
})
