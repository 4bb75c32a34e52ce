/** What no good client sends, put to Understudy, NSD and Knot with the same zones: nobody is silent or differs without a reason in an RFC. */
import assert from 'node:assert/strict'
import { after, before, it } from 'node:test'
import { ServerProcess } from '#test/server-process.ts'
import { type Facts, factsOf } from './compare/facts.ts'
import { exchangeOdd } from './compare/odd-exchange.ts'
import { excuseOdd, ODD_PERMITTED, type OddPermission, oddDifferences } from './compare/odd-permitted.ts'
import { type OddQuestion, oddQuestions } from './compare/odd-questions.ts'
import { REFERENCES, ReferenceServer } from './compare/reference-server.ts'
import { HARD_ZONES, zoneFiles } from './compare/zone-files.ts'

const SHOWN = 10
/** What RFC 1035 §4.1.1 forbids to answer. */
const UNANSWERED = /as a response/

const stack = new AsyncDisposableStack()
const used = new Set<OddPermission>()
let asked: readonly OddQuestion[] = []
let mine: readonly (Facts | undefined)[] = []
let theirs: readonly (readonly (Facts | undefined)[])[] = []

before(async () => {
  const references = await Promise.all(
    REFERENCES.map(async one => stack.use(await ReferenceServer.start(one, HARD_ZONES))),
  )
  const ours = stack.use(
    await ServerProcess.start({ zones: zoneFiles(HARD_ZONES), settings: 'rate-limit: { mode: off }\n' }),
  )
  asked = oddQuestions()
  const servers = [ours.dns[0], ...references.map(({ address }) => address)]
  const [first = [], ...others] = await Promise.all(
    servers.map(async to => {
      assert.ok(to !== undefined)
      const responses = await exchangeOdd(
        to,
        asked.map(({ query }) => query),
      )
      return responses.map(one => (one === undefined ? undefined : factsOf(one)))
    }),
  )
  mine = first
  theirs = others
})
after(() => stack.disposeAsync())

it('Understudy answers everything but responses', () => {
  const silent = asked.filter((_, index) => mine[index] === undefined).map(({ text }) => text)
  assert.deepEqual(
    silent.filter(text => !UNANSWERED.test(text)),
    [],
  )
  assert.ok(silent.length > 0)
})

it('and as NSD or Knot do, but for what an RFC permits', context => {
  const complaints: string[] = []
  for (const [index, question] of asked.entries()) {
    const ours = mine[index]
    if (ours === undefined) {
      assert.ok(theirs.every(responses => responses[index] === undefined))
      continue
    }
    const excuses = answersOf(index).map(one => excuseOdd(question, ours, one))
    const best = excuses.filter(one => one !== undefined).sort((a, b) => a.length - b.length)[0]
    for (const permission of best ?? []) used.add(permission)
    if (best === undefined) complaints.push(describeDisagreement(question, ours, index))
  }
  context.diagnostic(`${asked.length} messages`)
  assert.ok(asked.length > 2000)
  assert.equal(complaints.length, 0, `${complaints.length}:\n${complaints.slice(0, SHOWN).join('\n')}`)
})

it('every permission that is listed is needed', () => {
  assert.deepEqual(
    ODD_PERMITTED.filter(one => !used.has(one)).map(one => one.rule),
    [],
  )
})

/** Of the others; who is silent counts only where all are. */
function answersOf(index: number): readonly (Facts | undefined)[] {
  const all = theirs.map(responses => responses[index])
  const answers = all.filter(one => one !== undefined)
  return answers.length > 0 ? answers : all
}

function describeDisagreement({ text }: OddQuestion, ours: Facts, index: number): string {
  const lines = theirs.flatMap((responses, server) =>
    oddDifferences(ours, responses[index]).map(
      aspect =>
        `  ${REFERENCES[server]}: ${aspect === 'silence' ? 'no response' : `${aspect}: ${ours[aspect]} / ${responses[index]?.[aspect]}`}`,
    ),
  )
  return [text, ...lines].join('\n')
}
