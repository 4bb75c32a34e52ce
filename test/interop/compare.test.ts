/** The same zone files in Understudy, NSD and Knot: thousands of questions, and every answer compared. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { Packet } from 'dns2'
import { ServerProcess } from '#test/server-process.ts'
import { decodeMessage } from '#wire/message.ts'
import { RrType, typeToText } from '#wire/types.ts'
import { exchange, type Transport } from './compare/exchange.ts'
import { differencesOf, type Facts, factsOf } from './compare/facts.ts'
import { excuse, PERMITTED, type Permission } from './compare/permitted.ts'
import { type Asked, askedToText, encodeAsked, generateQuestions } from './compare/questions.ts'
import { REFERENCES, ReferenceServer } from './compare/reference-server.ts'
import { transfer } from './compare/transfer.ts'
import { HARD_ZONES, ROOT_ZONES, type ZoneSet, zoneFiles } from './compare/zone-files.ts'

const SEED = 1
/** So many disagreements are shown. */
const SHOWN = 10

const used = new Set<Permission>()
/** What has been asked for, in all sets. */
const types = new Set<number>()

/** NSD is told to be minimal, and Knot always adds what helps. */
const COMPARED = [
  { zones: 'hard', set: HARD_ZONES, minimal: true, names: REFERENCES, atLeast: 10_000 },
  { zones: 'hard', set: HARD_ZONES, minimal: false, names: ['knot'], atLeast: 10_000 },
  { zones: 'root', set: ROOT_ZONES, minimal: true, names: REFERENCES, atLeast: 2000 },
  { zones: 'root', set: ROOT_ZONES, minimal: false, names: ['knot'], atLeast: 2000 },
] as const

for (const { zones, set, minimal, names, atLeast } of COMPARED) {
  describe(`Understudy, with minimal-responses: ${minimal}, and ${names.join(' and ')}: ${zones} zones`, () => {
    const stack = new AsyncDisposableStack()
    let ours: ServerProcess
    let references: readonly ReferenceServer[] = []
    let questions: readonly Asked[] = []

    before(async () => {
      references = await Promise.all(
        REFERENCES.map(async one => stack.use(await ReferenceServer.start(one, set))),
      )
      const settings = `minimal-responses: ${minimal}\n`
      ours = stack.use(await ServerProcess.start({ zones: zoneFiles(set), settings }))
      questions = generateQuestions(await recordsByTransfer(references.at(-1), set), SEED)
      for (const { type } of questions) types.add(type)
    })
    after(() => stack.disposeAsync())

    for (const transport of ['udp', 'tcp'] as const) {
      it(`answer alike by ${transport}, but for what an RFC permits`, async context => {
        const asked = await compare(transport)
        context.diagnostic(`${asked} questions by ${transport}`)
        assert.ok(asked > atLeast, 'there are too few questions to be worth something')
      })
    }

    it('are read by a second decoder too: every response of Understudy', async () => {
      const [to] = ours.dns
      assert.ok(to !== undefined)
      const queries = questions.filter(({ udpSize }) => udpSize === undefined).map(encodeAsked)
      for (const response of await exchange(to, 'tcp', queries)) {
        const { header, answers, authorities } = Packet.parse(Buffer.from(response))
        const { answer, authority, rcode } = decodeMessage(response) ?? {}
        assert.deepEqual(
          [header.rcode, answers.length, authorities.length],
          [rcode, answer?.length, authority?.length],
        )
      }
    })

    /** Gives the number of questions; fails with a list of disagreements. */
    async function compare(transport: Transport): Promise<number> {
      const queries = questions.map(encodeAsked)
      const [mine = [], ...theirs] = await Promise.all(
        [ours.dns[0], ...references.map(({ address }) => address)].map(to => {
          assert.ok(to !== undefined)
          // Each exchange writes its own IDs.
          return exchange(
            to,
            transport,
            queries.map(query => query.slice()),
          )
        }),
      )
      const complaints: string[] = []
      for (const [index, asked] of questions.entries()) {
        const facts = factsOf(mine[index] ?? new Uint8Array())
        const others = theirs.map(responses => factsOf(responses[index] ?? new Uint8Array()))
        if (!agrees(asked, facts, others)) complaints.push(describeDisagreement(asked, facts, others))
      }
      assert.equal(
        complaints.length,
        0,
        `${complaints.length} disagreements:\n${complaints.slice(0, SHOWN).join('\n')}`,
      )
      return questions.length
    }

    /** Where the two do not agree with each other, agreeing with one of them is enough. */
    function agrees(asked: Asked, facts: Facts, others: readonly Facts[]): boolean {
      const excuses = others.map(theirs =>
        excuse(differencesOf(facts, theirs), asked, { ours: facts, theirs }),
      )
      const best = excuses.filter(one => one !== undefined).sort((a, b) => a.length - b.length)[0]
      for (const permission of best ?? []) used.add(permission)
      return best !== undefined
    }
  })
}

it('every type that a zone may hold has been asked for', () => {
  const never: readonly number[] = [RrType.OPT, RrType.NXNAME]
  const isMeta = (type: number): boolean => type >= RrType.TKEY && type < RrType.ANY
  const wanted = Object.values(RrType).filter(type => !never.includes(type) && !isMeta(type))
  assert.deepEqual(wanted.filter(type => !types.has(type)).map(typeToText), [])
})

it('every permission that is listed is needed', () => {
  assert.deepEqual(
    PERMITTED.filter(one => !used.has(one)).map(one => one.rule),
    [],
  )
})

/** All zones as Knot has read them: what Understudy left out would be missed. */
async function recordsByTransfer(knot: ReferenceServer | undefined, { zones }: ZoneSet) {
  assert.ok(knot !== undefined)
  const records = await Promise.all(zones.map(({ zone }) => transfer(knot.address, zone)))
  return records.flat()
}

/** Only what the one has and the other has not. */
function describeDisagreement(asked: Asked, ours: Facts, others: readonly Facts[]): string {
  const lines = others.flatMap((theirs, index) =>
    differencesOf(ours, theirs).flatMap(aspect => {
      const [mine, other] = [[ours[aspect]].flat(), [theirs[aspect]].flat()]
      const extra = mine.filter(one => !other.includes(one))
      const missing = other.filter(one => !mine.includes(one))
      const repeated =
        extra.length + missing.length === 0 ? [`repeated in one of them: ${mine} / ${other}`] : []
      const said = [
        ...extra.map(one => `only understudy: ${one}`),
        ...missing.map(one => `only ${others.length === 1 ? 'knot' : REFERENCES[index]}: ${one}`),
      ]
      return [...said, ...repeated].map(line => `  ${aspect}: ${line}`)
    }),
  )
  return [askedToText(asked), ...lines].join('\n')
}
