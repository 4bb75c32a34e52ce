/** Messages that no good client sends, or hardly ever: other classes and opcodes, meta types, header bits, EDNS in all shapes, and damage. */

import { encodeRaw, opt, question, type RawMessage, record } from '#test/raw-message.ts'
import { type Name, name, nameToText } from '#wire/name.ts'
import { Opcode, RrClass, RrType } from '#wire/types.ts'

export interface OddQuestion {
  /** What is odd about it, and which name it asks for. */
  readonly text: string
  readonly query: Uint8Array
}

/** An answer, an alias, an answer of a wildcard, NXDOMAIN, a referral, and REFUSED. */
const NAMES = [
  'www.hard.test.',
  'hard.test.',
  'to-www.hard.test.',
  'x.wild.hard.test.',
  'nothing.plain.test.',
  'host.sub.hard.test.',
  'www.elsewhere.example.',
  '.',
].map(name)
const WWW = name('www.hard.test.')
const APEX = name('hard.test.')

const FLAGS = { aa: 0x0400, tc: 0x0200, rd: 0x0100, ra: 0x0080, z: 0x0040, ad: 0x0020, cd: 0x0010 }
const QR = 0x8000

type Odd = readonly [what: string, message: RawMessage]

/** Each with and without EDNS, where EDNS is not what is odd about it. */
export function oddQuestions(): OddQuestion[] {
  const plain = [...classes(), ...types(), ...opcodes(), ...headers(), ...counts(), ...sections(), ...names()]
  return [...plain, ...plain.map(withEdns), ...edns()].map(([what, message]) => ({
    text: what,
    query: encodeRaw(message),
  }))
}

function withEdns([what, message]: Odd): Odd {
  return [`${what}, with EDNS`, { ...message, additional: [...(message.additional ?? []), opt()] }]
}

function classes(): Odd[] {
  const all = [0, 2, RrClass.CH, RrClass.HS, 5, RrClass.NONE, RrClass.ANY, 65_280]
  const asked = ['A', 'TXT', 'SOA', 'NS', 'ANY', 'AXFR', 'OPT', 'TYPE65280'] as const
  const types = { ...RrType, TYPE65280: 65_280 }
  return [...NAMES, name('whatever.bind.'), name('bind.'), name('server.')].flatMap(owner =>
    all.flatMap(rrClass =>
      asked.map(
        (type): Odd => [
          `${text(owner)} ${type} of class ${rrClass}`,
          { questions: [question(owner, types[type], rrClass)] },
        ],
      ),
    ),
  )
}

function types(): Odd[] {
  const meta = [0, RrType.NULL, RrType.OPT, RrType.NXNAME, 127, 129, 200, 240, 248]
  const all = [...meta, ...range(RrType.TKEY, RrType.MAILA), RrType.TA, 61_440, 65_534, 65_535]
  return NAMES.flatMap(owner =>
    all.map((type): Odd => [`${text(owner)} TYPE${type}`, { questions: [question(owner, type)] }]),
  )
}

function opcodes(): Odd[] {
  const all = range(1, 15)
  const soa = record(APEX, RrType.SOA, RrClass.IN, 60, soaData())
  return all.flatMap((opcode): Odd[] => [
    ...[WWW, APEX, name('elsewhere.example.')].flatMap((owner): Odd[] => [
      [`opcode ${opcode} for ${text(owner)} A`, { opcode, questions: [question(owner, RrType.A)] }],
      [`opcode ${opcode} for ${text(owner)} SOA`, { opcode, questions: [question(owner, RrType.SOA)] }],
    ]),
    [`opcode ${opcode} with every flag`, { opcode, flags: 0x07f0, questions: [question(APEX, RrType.SOA)] }],
    [`opcode ${opcode} without a question`, { opcode }],
    [
      `opcode ${opcode} with two questions`,
      { opcode, questions: [question(APEX, RrType.SOA), question(WWW, RrType.A)] },
    ],
    [
      `opcode ${opcode} with an answer`,
      { opcode, flags: FLAGS.aa, questions: [question(APEX, RrType.SOA)], answer: [soa] },
    ],
    [
      `opcode ${opcode} with authority`,
      { opcode, questions: [question(APEX, RrType.SOA)], authority: [address(WWW)] },
    ],
    [`opcode ${opcode} of class ANY`, { opcode, questions: [question(APEX, RrType.SOA, RrClass.ANY)] }],
    [`opcode ${opcode} cut short`, { opcode, counts: [1, 0, 0, 0], behind: Uint8Array.of(3, 119) }],
    [
      `opcode ${opcode} with bytes behind`,
      { opcode, questions: [question(APEX, RrType.SOA)], behind: Uint8Array.of(0, 1) },
    ],
  ])
}

function headers(): Odd[] {
  const flags = { ...FLAGS, none: 0, all: 0x07f0 }
  const rcodes = [1, 3, 15]
  return NAMES.flatMap(owner => [
    ...Object.entries(flags).map(
      ([flag, bits]): Odd => [
        `${text(owner)} with ${flag}`,
        { flags: bits, questions: [question(owner, RrType.A)] },
      ],
    ),
    ...rcodes.map(
      (rcode): Odd => [
        `${text(owner)} with rcode ${rcode}`,
        { flags: rcode, questions: [question(owner, RrType.A)] },
      ],
    ),
    [`${text(owner)} as a response`, { flags: QR, questions: [question(owner, RrType.A)] }],
    [
      `${text(owner)} as a response of another opcode`,
      { opcode: Opcode.NOTIFY, flags: QR, questions: [question(owner, RrType.SOA)] },
    ],
  ])
}

function counts(): Odd[] {
  const www = question(WWW, RrType.A)
  return [
    ['no question', {}],
    ['no question, and bytes', { behind: www }],
    ['no question, and an answer', { answer: [address(WWW)] }],
    ['no question, and additional data', { additional: [address(WWW)] }],
    ['the same question twice', { questions: [www, www] }],
    ['two questions', { questions: [www, question(APEX, RrType.SOA)] }],
    ['three questions', { questions: [www, question(APEX, RrType.SOA), question(APEX, RrType.NS)] }],
    ['one question said to be two', { questions: [www], counts: [2, 0, 0, 0] }],
    ['one question said to be many', { questions: [www], counts: [65_535, 0, 0, 0] }],
    ['an answer that is not there', { questions: [www], counts: [1, 1, 0, 0] }],
    ['authority that is not there', { questions: [www], counts: [1, 0, 1, 0] }],
    ['additional data that is not there', { questions: [www], counts: [1, 0, 0, 1] }],
    ['all counts at their limit', { questions: [www], counts: [65_535, 65_535, 65_535, 65_535] }],
    ['one byte behind', { questions: [www], behind: Uint8Array.of(0) }],
    ['many bytes behind', { questions: [www], behind: new Uint8Array(100).fill(7) }],
    ['a record behind that is not counted', { questions: [www], behind: address(WWW) }],
  ]
}

function sections(): Odd[] {
  const www = question(WWW, RrType.A)
  const one = address(WWW)
  const soa = record(APEX, RrType.SOA, RrClass.IN, 60, soaData())
  const short = record(WWW, RrType.A, RrClass.IN, 60, Uint8Array.of(192, 0, 2))
  const lying = Uint8Array.from(one)
  lying[lying.length - 5] = 200
  return [
    ['an answer', { questions: [www], answer: [one] }],
    ['two answers', { questions: [www], answer: [one, one] }],
    ['authority', { questions: [www], authority: [one] }],
    ['additional data', { questions: [www], additional: [one] }],
    ['all sections', { questions: [www], answer: [one], authority: [one], additional: [one] }],
    ['additional data of another type', { questions: [www], additional: [soa] }],
    ['additional data without data', { questions: [www], additional: [record(WWW, RrType.A, 1, 0)] }],
    ['an address of three bytes', { questions: [www], additional: [short] }],
    ['a record longer than the message', { questions: [www], additional: [lying] }],
    ['a record cut short', { questions: [www], counts: [1, 0, 0, 1], behind: one.subarray(0, 20) }],
    ['IXFR with its SOA', { questions: [question(APEX, RrType.IXFR)], authority: [soa] }],
    ['IXFR with two', { questions: [question(APEX, RrType.IXFR)], authority: [soa, soa] }],
    ['AXFR with authority', { questions: [question(APEX, RrType.AXFR)], authority: [soa] }],
  ]
}

/** Names that cannot be read, or just so. */
function names(): Odd[] {
  const fixed = Uint8Array.of(0, RrType.A, 0, RrClass.IN)
  const raw = (...bytes: number[]): RawMessage => ({
    counts: [1, 0, 0, 0],
    behind: Buffer.concat([Uint8Array.from(bytes), fixed]),
  })
  const long = Array.from({ length: 4 }, () => `\x3f${'a'.repeat(63)}`).join('')
  const deep = Array.from({ length: 127 }, () => '\x01a').join('')
  const of = (text: string): RawMessage => raw(...Buffer.from(text, 'latin1'))
  return [
    ['a pointer to the header', raw(0xc0, 0)],
    ['a pointer to itself', raw(0xc0, 12)],
    ['a label and a pointer to it', raw(1, 97, 0xc0, 12)],
    ['a pointer to the end', raw(0xc0, 18)],
    ['a label of type 01', raw(0x41, 97, 0)],
    ['a label of type 10', raw(0x81, 97, 0)],
    ['a name of 257 bytes', of(`${long}\0`)],
    ['a name of 255 bytes', of(`${long.slice(0, 254)}\0`.replace(/\x3fa{61}\0$/, `\x3d${'a'.repeat(61)}\0`))],
    ['127 labels', of(`${deep}\0`)],
    ['128 labels', of(`${deep}\x01a\0`)],
    ['a name cut short', { counts: [1, 0, 0, 0], behind: Uint8Array.of(3, 119) }],
    ['a name without type', { counts: [1, 0, 0, 0], behind: Uint8Array.of(0) }],
    ['a name and half a type', { counts: [1, 0, 0, 0], behind: Uint8Array.of(0, 0) }],
    ['a name without class', { counts: [1, 0, 0, 0], behind: Uint8Array.of(0, 0, 1) }],
    ['any bytes in labels', of('\x04\x00\x2e\x5c\xff\x04hard\x04test\0')],
    ['letters of both cases', of('\x03WwW\x04hArD\x04TEst\0')],
  ]
}

function edns(): Odd[] {
  const www = question(WWW, RrType.A)
  const one = (what: string, ...additional: Uint8Array[]): Odd => [what, { questions: [www], additional }]
  const option = (code: number, length: number, data: Uint8Array = new Uint8Array(length)): Uint8Array =>
    Buffer.concat([Uint8Array.of(code >> 8, code, length >> 8, length), data])
  const all: Odd[] = [
    ...[1, 2, 255].map(version => one(`version ${version}`, opt({ version }))),
    one('version 1 and DO', opt({ version: 1, flags: 0x8000 })),
    one('version 1 and options', opt({ version: 1, data: option(3, 0) })),
    one('version 1 and damaged options', opt({ version: 1, data: Uint8Array.of(1, 2, 3) })),
    ...[0x8000, 0x4000, 0x0001, 0x7fff, 0xffff].map(flags =>
      one(`flags ${flags.toString(16)}`, opt({ flags })),
    ),
    ...[0, 1, 511, 512, 513, 1231, 1232, 1233, 4096, 65_535].map(size => one(`size ${size}`, opt({ size }))),
    one('an upper rcode', opt({ rcode: 1 })),
    ...[0, 4, 6, 7, 12, 13, 14, 15, 16, 65_001, 65_535].flatMap(code => [
      one(`option ${code}, empty`, opt({ data: option(code, 0) })),
      one(`option ${code}`, opt({ data: option(code, 7) })),
      one(`option ${code} twice`, opt({ data: Buffer.concat([option(code, 1), option(code, 2)]) })),
    ]),
    one('an option of 400 bytes', opt({ data: option(65_001, 400) })),
    one(
      'a hundred options',
      opt({ data: Buffer.concat(Array.from({ length: 100 }, (_, i) => option(65_100 + i, 0))) }),
    ),
    one('padding', opt({ data: option(12, 300) })),
    one('an option cut short', opt({ data: option(65_001, 4, new Uint8Array(3)) })),
    one('an option longer than its data', opt({ data: option(65_001, 65_535, new Uint8Array(0)) })),
    ...[1, 2, 3].map(length => one(`data of ${length} bytes`, opt({ data: new Uint8Array(length) }))),
    one('bytes behind an option', opt({ data: Buffer.concat([option(65_001, 1), Uint8Array.of(0)]) })),
    one('OPT longer than the message', opt({ length: 100 })),
    one('OPT shorter than its data', opt({ data: option(65_001, 4), length: 4 })),
    one('two OPT', opt(), opt()),
    one('three OPT', opt(), opt(), opt()),
    one('two OPT of different versions', opt(), opt({ version: 1 })),
    one('two OPT, the first of version 1', opt({ version: 1 }), opt()),
    one('OPT that is not owned by the root', opt({ ownerBytes: Buffer.from(WWW, 'latin1') })),
    one('OPT that is owned by a pointer', opt({ ownerBytes: Uint8Array.of(0xc0, 12) })),
    one('OPT that is owned by a pointer to the root', opt({ ownerBytes: Uint8Array.of(0xc0, 26) })),
    one('OPT before additional data', opt(), address(WWW)),
    one('OPT behind additional data', address(WWW), opt()),
    ['OPT in the answer', { questions: [www], answer: [opt()] }],
    ['OPT in authority', { questions: [www], authority: [opt()] }],
    ['OPT in authority and additional', { questions: [www], authority: [opt()], additional: [opt()] }],
    ['OPT and bytes behind', { questions: [www], additional: [opt()], behind: Uint8Array.of(0) }],
    ['OPT that is not counted', { questions: [www], behind: opt() }],
    ['OPT before the question', { counts: [1, 0, 0, 1], behind: Buffer.concat([opt(), www]) }],
    [
      'version 1 for a name of no zone',
      { questions: [question(name('a.example.'), 1)], additional: [opt({ version: 1 })] },
    ],
    [
      'version 1 of class CH',
      { questions: [question(WWW, RrType.A, RrClass.CH)], additional: [opt({ version: 1 })] },
    ],
    ['version 1 and no question', { additional: [opt({ version: 1 })] }],
    [
      'version 1 and another opcode',
      { opcode: Opcode.STATUS, questions: [www], additional: [opt({ version: 1 })] },
    ],
    [
      'damaged options and another opcode',
      { opcode: Opcode.STATUS, questions: [www], additional: [opt({ data: Uint8Array.of(1) })] },
    ],
    ['two OPT and another opcode', { opcode: Opcode.STATUS, questions: [www], additional: [opt(), opt()] }],
    [
      'DO and another opcode',
      { opcode: Opcode.STATUS, questions: [www], additional: [opt({ flags: 0x8000 })] },
    ],
    ['DO and no question', { additional: [opt({ flags: 0x8000 })] }],
    ['DO and two questions', { questions: [www, www], additional: [opt({ flags: 0x8000 })] }],
    ['DO and an answer', { questions: [www], answer: [address(WWW)], additional: [opt({ flags: 0x8000 })] }],
    [
      'DO and an address of three bytes',
      {
        questions: [www],
        additional: [opt({ flags: 0x8000 }), record(WWW, RrType.A, 1, 0, new Uint8Array(3))],
      },
    ],
    [
      'DO and class NONE',
      { questions: [question(WWW, RrType.A, RrClass.NONE)], additional: [opt({ flags: 0x8000 })] },
    ],
  ]
  return all.map(([what, message]): Odd => [`EDNS: ${what}`, message])
}

function address(owner: Name): Uint8Array {
  return record(owner, RrType.A, RrClass.IN, 60, Uint8Array.of(192, 0, 2, 1))
}

/** Names of the root, and a serial of 1. */
function soaData(): Uint8Array {
  return Uint8Array.of(0, 0, 0, 0, 0, 1, ...new Uint8Array(16))
}

function text(owner: Name): string {
  return owner.length === 1 ? 'the root' : nameToText(owner)
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i)
}
