/** The same zone files in Understudy, NSD and Knot: thousands of questions, and every answer compared. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { Packet } from 'dns2'
import { ServerProcess } from '#test/server-process.ts'
import { decodeMessage, type MessageRecord } from '#wire/message.ts'
import { type Name, name } from '#wire/name.ts'
import { RrType, typeToText } from '#wire/types.ts'
import { exchange, type Transport } from './compare/exchange.ts'
import { factsOf } from './compare/facts.ts'
import { describeDisagreement, Judge, summaryOf } from './compare/judge.ts'
import { PERMITTED } from './compare/permitted.ts'
import { type Asked, askedToText, encodeAsked, generateQuestions } from './compare/questions.ts'
import { REFERENCES, ReferenceServer } from './compare/reference-server.ts'
import { transfer } from './compare/transfer.ts'
import { contentsOf, ZONE_SETS } from './compare/zone-files.ts'

const SEED = 1

const judge = new Judge<Asked>(PERMITTED)

/** NSD is told to be minimal, and Knot always adds what helps. */
const COMPARED = [
  { set: 'hard', minimal: true, names: REFERENCES, least: 40_000 },
  { set: 'hard', minimal: false, names: ['knot'], least: 40_000 },
  { set: 'root', minimal: true, names: REFERENCES, least: 5000 },
  { set: 'root', minimal: false, names: ['knot'], least: 5000 },
] as const

/** What has been asked for, in all sets. */
const types = new Set<number>()

for (const { set, minimal, names, least } of COMPARED) {
  const zones = ZONE_SETS[set]

  describe(`Understudy, with the ${set} zones and minimal-responses: ${minimal}, and ${names.join(' and ')}`, () => {
    const stack = new AsyncDisposableStack()
    let ours: ServerProcess
    let references: readonly ReferenceServer[] = []
    let questions: readonly Asked[] = []

    before(async () => {
      references = await Promise.all(
        REFERENCES.map(async one => stack.use(await ReferenceServer.start(one, zones))),
      )
      const settings = `minimal-responses: ${minimal}\n`
      ours = stack.use(await ServerProcess.start({ zones: contentsOf(zones), settings }))
      const origins = zones.map(({ zone }) => name(zone === '.' ? zone : `${zone}.`))
      questions = generateQuestions(origins, await recordsByTransfer(references.at(-1), origins), SEED)
      for (const { type } of questions) types.add(type)
    })
    after(() => stack.disposeAsync())

    for (const transport of ['udp', 'tcp'] as const) {
      it(`answer alike by ${transport}, but for what an RFC permits`, async context => {
        const asked = await compare(transport)
        context.diagnostic(`${asked} questions by ${transport}`)
        assert.ok(asked > least, 'there are too few questions to be worth something')
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
      const disagreements: string[] = []
      for (const [index, asked] of questions.entries()) {
        const facts = factsOf(mine[index] ?? new Uint8Array())
        const others = theirs.map(responses => factsOf(responses[index] ?? new Uint8Array()))
        if (!judge.agrees(asked, facts, others))
          disagreements.push(describeDisagreement(askedToText(asked), facts, others))
      }
      assert.equal(disagreements.length, 0, summaryOf(disagreements))
      return questions.length
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
  assert.deepEqual(judge.unneeded, [])
})

/** The records of all zones as Knot has read them: what Understudy left out would be missed. */
async function recordsByTransfer(
  knot: ReferenceServer | undefined,
  zones: readonly Name[],
): Promise<MessageRecord[]> {
  assert.ok(knot !== undefined)
  return (await Promise.all(zones.map(zone => transfer(knot.address, zone)))).flat()
}
