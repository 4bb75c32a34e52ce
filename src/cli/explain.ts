/** `understudy explain`: why an answer is what it is, from a running server. */
import type {
  AddressExplanation,
  EndpointExplanation,
  Explanation,
  HostnameExplanation,
  PoolExplanation,
} from '#control/explanation.ts'
import type { CheckView, OverrideView, PartView } from '#control/view.ts'
import { agoText } from './ago.ts'
import { getJson } from './api.ts'
import { askEach, printJson, printReplies, type ServerOptions } from './servers.ts'
import { TYPES } from './status-text.ts'
import { terminalOf, wrap } from './terminal.ts'

export interface ExplainOptions extends ServerOptions {
  readonly json?: boolean
}

/** Gives the exit code: 1 if a server cannot be asked, or refuses. */
export async function explain(
  name: string,
  type: string | undefined,
  options: ExplainOptions,
): Promise<number> {
  const query = new URLSearchParams({ name, ...(type === undefined ? {} : { type }) })
  const { columns } = terminalOf(process.stdout, process.env)
  const replies = await askEach(
    options,
    async remote => (await getJson(remote, `/api/v1/explain?${query}`)) as Explanation,
  )
  if (options.json === true) return printJson(replies, explanation => explanation)
  return printReplies(replies, explanation => explanationText(explanation, columns).trimEnd())
}

/** For people; lines of at most so many columns, where words allow. */
export function explanationText(explanation: Explanation, columns: number): string {
  const { name, type, node, at, cutOff, steps, pool, ttl } = explanation
  const lines = [
    `${name} ${type}, as ${node} answers it at ${at}:`,
    ...answerLines(explanation),
    ...(cutOff === undefined ? [] : ['', `Cut off: ${cutOff.why}`]),
    ...(cutOff?.silent === true
      ? ['  so every managed name is answered SERVFAIL (while-cut-off: servfail)']
      : []),
    '',
    'The name',
    ...steps.map(
      step => `  ${step.name}: ${step.why}${step.zone === undefined ? '' : ` (zone ${step.zone})`}`,
    ),
    ...(pool === undefined ? [] : poolLines(pool, at, '')),
    ...(ttl === undefined ? [] : ['', `TTL ${ttl.seconds}: ${ttl.why}`]),
  ]
  return `${lines.flatMap(line => wrapped(line, columns)).join('\n')}\n`
}

function wrapped(line: string, columns: number): string[] {
  const indent = `${/^ */.exec(line)?.[0] ?? ''}    `
  return line === '' ? [''] : wrap(line, columns, indent)
}

function answerLines({ answer }: Explanation): string[] {
  const { rcode, flags, answer: records, authority, error } = answer
  const kind = records.length > 0 || rcode !== 'NOERROR' ? '' : authority.some(isSoa) ? ', no data' : ''
  const reason = error === undefined || error.text === '' ? '' : ` (${error.text})`
  const shown = records.length > 0 ? records : authority
  return [
    `  ${rcode}${kind}${flags.includes('aa') ? ', authoritative' : ''}${reason}`,
    ...shown.map(record => `  ${record}`),
  ]
}

function isSoa(record: string): boolean {
  return record.split(' ', 4)[3] === 'SOA'
}

function poolLines(pool: PoolExplanation, at: string, indent: string): string[] {
  const { selection, overrides, endpoints, rules, policy } = pool
  const chosen =
    selection === undefined
      ? 'nothing has been selected yet'
      : `${TYPES[selection.family]} ${chosenText(selection)} since ${selection.since} (${agoText(selection.since, at)}): ${selection.why}`
  return [
    '',
    `${indent}Pool ${pool.zone}/${pool.pool}: ${[policy, ...rules].join(', ')}`,
    `${indent}  ${chosen}`,
    ...overrides.map(one => `${indent}  ${overrideText(one)}`),
    ...endpoints.flatMap(endpoint => endpointLines(pool, endpoint, at, `${indent}  `)),
  ]
}

function chosenText({ mode, endpoints }: NonNullable<PoolExplanation['selection']>): string {
  const names = endpoints.join(', ')
  if (mode === 'serving') return names
  return names === '' ? mode : `${mode}: ${names}`
}

function overrideText({ kind, endpoint, author, reason, expires }: OverrideView): string {
  const until = expires === undefined ? '' : ` until ${expires}`
  return `override: ${kind} ${endpoint}${until}, by ${author}${reason === '' ? '' : `: ${reason}`}`
}

function endpointLines(
  pool: PoolExplanation,
  endpoint: EndpointExplanation,
  at: string,
  indent: string,
): string[] {
  const { name, code, why, addresses, hostname, standing } = endpoint
  return [
    `${indent}${code === 'served' ? '->' : ' -'} ${name}${standingText(standing, why)}`,
    ...(hostname === undefined ? [] : [`${indent}     ${hostnameText(hostname, at)}`]),
    ...addresses.flatMap(address => addressLines(pool.check, address, at, `${indent}     `)),
    ...(endpoint.pool === undefined ? [] : poolLines(endpoint.pool, at, `${indent}     `)),
  ]
}

/** Not the same word twice, where the reason is the standing itself. */
function standingText(standing: EndpointExplanation['standing'], why: string): string {
  if (standing === undefined) return `: ${why}`
  return why === standing || why.startsWith(`${standing} `) ? `, ${why}` : `, ${standing}: ${why}`
}

function hostnameText({ name, resolved, unresolved, alarm }: HostnameExplanation, at: string): string {
  const known = resolved === undefined ? '' : `, resolved ${agoText(resolved, at)}`
  const nothing = { pending: ', not resolved yet', missing: ', does not exist' }
  const none = unresolved === undefined ? '' : nothing[unresolved]
  return `hostname ${name}${known}${none}${alarm === undefined ? '' : `; alarm: ${alarm}`}`
}

function addressLines(
  check: CheckView | undefined,
  address: AddressExplanation,
  at: string,
  indent: string,
): string[] {
  if (check === undefined) return [`${indent}${address.address}: no health check, so it counts as up`]
  const since = address.since === undefined ? '' : ` since ${address.since}`
  const causes = { dwell: 'has only just come back', flap: 'flaps' }
  const cause = address.heldBy === undefined ? '' : `: ${causes[address.heldBy]}`
  const held = address.heldUntil === undefined ? '' : `, held until ${address.heldUntil}${cause}`
  const doubted = address.doubted
    ? '; what was seen last waits for what references say, or was not believed'
    : ''
  const head = `${indent}${address.address}: ${address.verdict}${since}${held}${doubted}`
  if (address.parts === undefined) return [head, `${indent}  ${seenText(check, address, at)}`]
  const parts = address.parts.map(part => {
    const own = checkNamed(check, part.check) ?? check
    return `${indent}  ${part.check} (${part.type}): ${part.verdict}, ${seenText(own, part, at)}`
  })
  return [head, ...parts]
}

function seenText(check: CheckView, seen: Omit<PartView, 'check' | 'type'>, at: string): string {
  const { passes, fails, lastOutcome } = seen
  const limits = 'rise' in check ? check : undefined
  const counted =
    limits === undefined
      ? ''
      : `; passes in a row ${passes} of ${limits.rise} (rise), fails ${fails} of ${limits.fall} (fall)`
  if (lastOutcome === undefined) return `nothing seen yet${counted}`
  return `${lastOutcome.kind} ${agoText(lastOutcome.at, at)}: ${lastOutcome.detail}${counted}`
}

function checkNamed(check: CheckView, name: string): CheckView | undefined {
  if (check.name === name) return check
  if (!('of' in check)) return undefined
  return check.of.map(part => checkNamed(part, name)).find(found => found !== undefined)
}
