/**
 * What is answered when no endpoint can be served in any family. Pure.
 *
 *   when-all-down | answered
 *   --------------+-------------------------------------------------------------------------------
 *   primary       | the first endpoint, as the one most likely to come back
 *   last          | what was answered last; the first endpoint if nothing was
 *   all           | every endpoint
 *   addresses     | the given addresses; NODATA in a family that has none of them
 *   nodata        | NODATA
 *   servfail      | SERVFAIL: resolvers ask another server, or go on with what they have (RFC 8767)
 *
 * Endpoints that an operator has drained are left out, unless all are.
 */
import type { Candidate, CandidateAnswer, Group } from './candidates.ts'
import { uniteAnswers } from './compose.ts'
import { type AnswerKind, addressesOf, type Pool } from './pool.ts'
import type { Reason, Selection } from './selection.ts'

/** @param healthy how many can be served, where that is too few rather than none */
export function whenAllDown(
  pool: Pool,
  { candidates }: Group,
  kind: AnswerKind,
  before: Selection | undefined,
  healthy: number | undefined,
): Selection {
  const rule = pool.whenAllDown
  const reason: Reason = {
    kind: 'all-down',
    rule: rule.kind,
    ...(healthy === undefined ? {} : { healthy, needed: pool.minHealthy }),
  }
  const open = openOf(candidates).filter(({ answers }) => answers.has(kind))
  const names = open.map(({ endpoint }) => endpoint)
  const served = (endpoints: readonly string[]): Selection => {
    const answers = open
      .filter(({ endpoint }) => endpoints.includes(endpoint))
      .flatMap(candidate => wholeAnswer(pool, candidate, kind))
    const [only] = answers
    if (answers.length > 0 && answers.every(({ isFailed }) => isFailed)) return failed(reason)
    const { addresses, hostnames, pick } =
      answers.length === 1 && only !== undefined ? only : uniteAnswers(answers)
    return {
      mode: 'all-down',
      endpoints,
      addresses,
      ...(hostnames === undefined ? {} : { hostnames }),
      ...(pick === undefined ? {} : { pick }),
      reason,
    }
  }
  switch (rule.kind) {
    case 'primary':
      return served(names.slice(0, 1))
    case 'last': {
      const last = before?.endpoints.filter(one => names.includes(one)) ?? []
      return served(last.length > 0 ? last : names.slice(0, 1))
    }
    case 'all':
      return served(names)
    case 'addresses': {
      const addresses = rule.addresses.filter(address => address.family === kind)
      return { mode: 'all-down', endpoints: [], addresses, reason }
    }
    case 'nodata':
      return { mode: 'none', endpoints: [], addresses: [], reason }
    case 'servfail':
      return failed(reason)
    default:
      return rule satisfies never
  }
}

/** SERVFAIL, for that reason. */
export function failed(reason: Reason): Selection {
  return { mode: 'servfail', endpoints: [], addresses: [], reason }
}

function openOf(candidates: readonly Candidate[]): readonly Candidate[] {
  const open = candidates.filter(({ effect }) => effect !== 'drained')
  return open.length > 0 ? open : candidates
}

/** All addresses of an endpoint, not only those that are better than the others. */
function wholeAnswer(pool: Pool, { endpoint, answers }: Candidate, kind: AnswerKind): CandidateAnswer[] {
  const configured = pool.endpoints.find(({ name }) => name === endpoint)
  const answer = answers.get(kind)
  if (answer === undefined) return []
  const whole = configured === undefined || configured.pool !== undefined || kind === 'cname'
  return [whole ? answer : { addresses: addressesOf(configured, kind) }]
}
