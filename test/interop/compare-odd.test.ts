/** Messages that no good client sends, to Understudy, NSD and Knot: they answer alike, or stay silent together, but for what an RFC permits. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type DnsAddress, ServerProcess } from '#test/server-process.ts'
import { type Facts, factsOf, isSilence, SILENCE } from './compare/facts.ts'
import { describeDisagreement, Judge, summaryOf } from './compare/judge.ts'
import { exchangeOdd } from './compare/odd-exchange.ts'
import { type OddQuestion, oddQuestions } from './compare/odd-questions.ts'
import { ALL_PERMITTED, ODD_PERMITTED } from './compare/permitted-odd.ts'
import { REFERENCES, ReferenceServer } from './compare/reference-server.ts'
import { contentsOf, ZONE_SETS } from './compare/zone-files.ts'

const judge = new Judge<OddQuestion>(ALL_PERMITTED)

describe('Understudy, NSD and Knot, asked oddly', () => {
  const stack = new AsyncDisposableStack()
  const zones = ZONE_SETS.hard
  let servers: readonly DnsAddress[] = []

  before(async () => {
    const ours = stack.use(
      await ServerProcess.start({ zones: contentsOf(zones), settings: 'minimal-responses: true\n' }),
    )
    const references = await Promise.all(
      REFERENCES.map(async one => stack.use(await ReferenceServer.start(one, zones))),
    )
    servers = [...ours.dns, ...references.map(({ address }) => address)]
  })
  after(() => stack.disposeAsync())

  it('do alike, but for what an RFC permits', async context => {
    const questions = oddQuestions()
    const [mine = [], ...theirs] = await Promise.all(
      servers.map(server =>
        exchangeOdd(
          server,
          questions.map(({ query }) => query.slice()),
        ),
      ),
    )
    const disagreements: string[] = []
    for (const [index, question] of questions.entries()) {
      const ours = read(mine[index])
      const others = theirs.map(responses => read(responses[index]))
      if (!judge.agrees(question, ours, withoutSilence(others)))
        disagreements.push(describeDisagreement(question.text, ours, others))
    }
    assert.equal(disagreements.length, 0, summaryOf(disagreements))
    context.diagnostic(`${questions.length} odd questions`)
    assert.ok(questions.length > 2000)
  })

  it('need every permission that is listed', () => {
    const odd = ODD_PERMITTED.map(({ rule }) => rule)
    assert.deepEqual(
      judge.unneeded.filter(rule => odd.includes(rule)),
      [],
    )
  })
})

function read(response: Uint8Array | undefined): Facts {
  return response === undefined ? SILENCE : factsOf(response)
}

/** Who says nothing is asked only where the others say nothing either. */
function withoutSilence(others: readonly Facts[]): readonly Facts[] {
  const answers = others.filter(one => !isSilence(one))
  return answers.length === 0 ? others : answers
}
