/** Whether all servers answer the managed names alike. */
import type { ManagedAnswer, ManagedFacts, ZoneFacts } from './facts.ts'
import { type Finding, Findings } from './finding.ts'

export function judgeManaged({ managed, zone }: ZoneFacts): readonly Finding[] {
  if (managed !== undefined) return managed.flatMap(judgeName)
  const findings = new Findings('managed names')
  findings.ok(
    'same-answer',
    `not compared: the configuration has no ${zone} (--config names another configuration)`,
  )
  return findings.list
}

function judgeName(facts: ManagedFacts): readonly Finding[] {
  const findings = new Findings('managed names', facts.name)
  for (const type of ['A', 'AAAA'] as const) {
    const answers = facts.answers.filter(one => one.type === type && one.text !== undefined)
    if (answers.length > 1) judgeAnswers(facts, type, answers, findings)
  }
  judgeNegative(facts, findings)
  return findings.list
}

function judgeAnswers(
  { name, picks }: ManagedFacts,
  type: string,
  answers: readonly ManagedAnswer[],
  findings: Findings,
): Finding | undefined {
  const texts = new Set(answers.map(({ text }) => text))
  if (texts.size === 1) return findings.ok('same-answer', `${type} is ${[...texts][0]} on all servers`)
  if (picks) return findings.ok('same-answer', `${type} is picked anew by each query: not compared`)
  return findings.warning(
    'same-answer',
    `${type} differs: ${answers.map(({ server, text }) => `${server} answers ${text}`).join('; ')}`,
    `the nodes see the endpoints differently, or have other files: compare "understudy explain ${name} ${type}" on each`,
  )
}

/** A pool that has nothing to answer must be asked again as soon as its answers are: the servers' SOA must not make it later. */
function judgeNegative({ ttlMinSeconds, answers }: ManagedFacts, findings: Findings): void {
  const longest = Math.max(0, ...answers.map(({ negativeSeconds }) => negativeSeconds ?? 0))
  if (longest <= ttlMinSeconds) return
  const where = answers.find(({ negativeSeconds }) => negativeSeconds === longest)
  findings.warning(
    'negative-ttl',
    `that there is no ${where?.type} is remembered for ${longest} s after ${where?.server} has said so, longer than ttl-min of ${ttlMinSeconds} s`,
    'put the same files on all nodes; on a server that is not Understudy lower the SOA minimum',
  )
}
