/** What a pool says of itself by class CH: what `explain` tells, in a line for each thing, without colours or ages. */
import type { AnswerKind } from '#steering/pool.ts'
import { explainPool, type PoolSources } from './explain-pool.ts'
import type { AddressExplanation, EndpointExplanation, PoolExplanation } from './explanation.ts'
import type { PoolState } from './pool-state.ts'
import type { OverrideView, SelectionView } from './view.ts'

export interface WhySources extends PoolSources {
  readonly node: string
  /** Whether every managed name is answered SERVFAIL, whatever is selected. */
  readonly isSilent: boolean
}

const TYPES: Readonly<Record<AnswerKind, string>> = { ipv4: 'A', ipv6: 'AAAA', cname: 'CNAME' }

/** What is true now; times in UTC, to the second. */
export function whyLines(state: PoolState, sources: WhySources): string[] {
  const explained = state.kinds.map(kind => explainPool(state, kind, sources))
  const [first] = explained
  if (first === undefined) return []
  const at = timeText(new Date(sources.now.wallMs).toISOString())
  const cutOff = 'cut off from all references: every managed name is answered SERVFAIL'
  return [
    `pool ${first.zone}/${first.pool}, as ${sources.node} judged at ${at}: ${[first.policy, ...first.rules].join(', ')}`,
    ...(sources.isSilent ? [cutOff] : []),
    ...explained.flatMap(({ selection }) => (selection === undefined ? [] : [selectionLine(selection)])),
    ...first.overrides.map(overrideLine),
    ...explained.flatMap((pool, i) =>
      pool.endpoints.flatMap(endpoint => endpointLines(pool, endpoint, TYPES[state.kinds[i] ?? 'ipv4'])),
    ),
  ]
}

function selectionLine({ family, mode, endpoints, since, why }: SelectionView): string {
  const names = endpoints.join(', ')
  const chosen = mode === 'serving' ? names : [mode, ...(names === '' ? [] : [names])].join(': ')
  return `${TYPES[family]} ${chosen} since ${timeText(since)}: ${why}`
}

function overrideLine({ kind, endpoint, author, reason, expires }: OverrideView): string {
  const until = expires === undefined ? '' : ` until ${timeText(expires)}`
  return `override: ${kind} ${endpoint}${until}, by ${author}${reason === '' ? '' : `: ${reason}`}`
}

/** For what has nothing in this family there is a line in the other one. */
function endpointLines(pool: PoolExplanation, endpoint: EndpointExplanation, type: string): string[] {
  const { name, code, why, addresses, hostname } = endpoint
  if (addresses.length > 0) return addresses.map(address => addressLine(pool, endpoint, address))
  if (endpoint.pool !== undefined) return [`${name} (pool ${endpoint.pool.pool}, ${type}): ${why}`]
  if (hostname === undefined) return []
  const known = hostname.unresolved ?? (code === 'no-address' ? 'no address' : 'not judged')
  return [`${name} (${hostname.name}, ${type}, ${known}): ${why}`]
}

/** What a probe has seen stands last: it may be any text. */
function addressLine(
  { check }: PoolExplanation,
  { name, code, why }: EndpointExplanation,
  address: AddressExplanation,
): string {
  if (check === undefined) return `${name} ${address.address} has no health check; ${why}`
  const { verdict, since, heldUntil, passes, fails, parts } = address
  const counted = 'rise' in check ? `, passes ${passes}/${check.rise}, fails ${fails}/${check.fall}` : ''
  const held = heldUntil === undefined ? '' : `, held until ${timeText(heldUntil)}`
  const head = `${name} ${address.address} ${verdict}${since === undefined ? '' : ` since ${timeText(since)}`}`
  const reason = code === verdict ? '' : `; ${why}`
  const seen =
    parts === undefined
      ? seenText(address)
      : parts.map(part => `${part.check} ${part.verdict}, ${seenText(part)}`).join('; ')
  return `${head}${held}${counted}${reason}; ${seen}`
}

function seenText({ lastOutcome }: Pick<AddressExplanation, 'lastOutcome'>): string {
  if (lastOutcome === undefined) return 'nothing seen yet'
  return `${lastOutcome.kind} at ${timeText(lastOutcome.at)}: ${lastOutcome.detail}`
}

function timeText(iso: string): string {
  return iso.replace(/\.\d+Z$/, 'Z')
}
