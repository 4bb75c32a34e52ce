/** Load balancers of Cloudflare. */

import { lowerCase, type Name, parseName } from '#wire/name.ts'
import { BALANCER_FIELDS, LOCATION_FIELDS, RANDOM_FIELDS } from './cloudflare-fields.ts'
import { type Rest, reportRest } from './cloudflare-rest.ts'
import { reportFields } from './field-report.ts'
import type { Findings } from './findings.ts'
import type { JsonFields } from './json-fields.ts'
import type { JsonObject } from './json-reader.ts'
import { TTL } from './limits.ts'

export interface Balancer {
  readonly fields: JsonFields
  /** In lower case. */
  readonly name: Name
  /** As written. */
  readonly title: string
  readonly isEnabled: boolean
  /** Whether queries pick a pool by weight; else the first healthy one is served. */
  readonly isSpread: boolean
  readonly defaults: readonly PoolReference[]
  readonly fallback: PoolReference
  /** In hundredths, by the ID of the pool. */
  readonly weights: ReadonlyMap<string, number>
  /** In hundredths. */
  readonly defaultWeight: number
  readonly isProxied: boolean
  /** Seconds. */
  readonly ttl: number | undefined
}

export interface PoolReference {
  readonly id: string
  readonly offset: number
}

const POLICIES = [
  'off',
  'geo',
  'random',
  'dynamic_latency',
  'proximity',
  'least_outstanding_requests',
  'least_connections',
] as const
type Policy = (typeof POLICIES)[number]
const MAPPED = ['region_pools', 'country_pools', 'pop_pools'] as const

const REST: Rest = {
  networks: ['note', 'is of use for private load balancers alone'],
  session_affinity_ttl: ['note', 'is of use with session_affinity alone'],
  session_affinity_attributes: ['note', 'is of use with session_affinity alone'],
}

/** Undefined after a complaint. */
export function readBalancer(fields: JsonFields, findings: Findings): Balancer | undefined {
  const title = fields.text('name', 255)
  const name = title === undefined ? undefined : readName(fields, title)
  const defaults = fields.texts('default_pools').map(({ text, offset }) => ({ id: text, offset }))
  const fallback = fields.text('fallback_pool', 64)
  for (const key of ['name', 'fallback_pool', 'default_pools'])
    if (!fields.has(key)) fields.input.complain(fields.offset, `${key} of the load balancer is missing`)
  const shown = title ?? 'a load balancer'
  const policy = policyOf(fields)
  const isProxied = fields.flag('proxied') ?? false
  const ttl = fields.whole('ttl', TTL.min, TTL.max)
  const isEnabled = fields.flag('enabled') ?? true
  fields.skip('id', 'zone_name', 'zone_id', ...MAPPED)
  if (isEnabled) {
    reportPolicy(fields, policy, shown, findings)
    reportClients(fields, shown, findings)
    if (isProxied) reportProxy(fields, shown, findings)
  } else fields.skip('session_affinity', 'adaptive_routing', 'rules', 'location_strategy')
  const weights = readWeights(fields)
  reportRest(fields, shown, REST, BALANCER_FIELDS, findings)
  reportFields(fields.child('random_steering'), RANDOM_FIELDS, findings)
  reportFields(fields.child('location_strategy'), LOCATION_FIELDS, findings)
  if (title === undefined || name === undefined || fallback === undefined) return undefined
  return {
    fields,
    name,
    title,
    isEnabled,
    isSpread: ['random', 'least_outstanding_requests', 'least_connections'].includes(policy),
    defaults,
    fallback: { id: fallback, offset: fields.offsetOf('fallback_pool') },
    ...weights,
    isProxied,
    ttl: isProxied || ttl === 0 ? undefined : ttl,
  }
}

function readName(fields: JsonFields, text: string): Name | undefined {
  const parsed = parseName(text.replace(/\.$/, ''))
  if ('name' in parsed) return lowerCase(parsed.name)
  fields.complain('name', `${JSON.stringify(text.slice(0, 80))} is not a name: ${parsed.error}`)
  return undefined
}

/** An empty one is `geo` where pools are mapped to places, and `off` elsewhere. */
function policyOf(fields: JsonFields): Policy {
  const policy = fields.says('steering_policy') ? fields.choice('steering_policy', POLICIES) : undefined
  if (policy !== undefined) return policy
  return MAPPED.some(key => fields.says(key)) ? 'geo' : 'off'
}

function readWeights(fields: JsonFields): Pick<Balancer, 'weights' | 'defaultWeight'> {
  const steering = fields.child('random_steering')
  const hundredths = (value: number | undefined): number => Math.round((value ?? 1) * 100)
  const defaultWeight = hundredths(steering?.number('default_weight', 0, 1))
  const weights = new Map<string, number>()
  const pools = steering?.child('pool_weights')
  for (const id of pools?.unread ?? []) weights.set(id, hundredths(pools?.number(id, 0, 1)))
  return { weights, defaultWeight }
}

function reportPolicy(fields: JsonFields, policy: Policy, title: string, findings: Findings): void {
  const place = fields.at('steering_policy')
  const what = `steering_policy ${policy} of ${title}`
  if (policy === 'geo')
    findings.lost(
      what,
      'where a client is has no part in it: all get the first healthy of default_pools',
      place,
    )
  else if (policy === 'proximity' || policy === 'dynamic_latency')
    findings.lost(
      what,
      'how near a pool is has no part in it: all clients get the first healthy of default_pools',
      place,
    )
  else if (policy === 'least_outstanding_requests' || policy === 'least_connections')
    findings.changed(what, 'each query picks a pool by weight: how busy it is has no part in it', place)
  for (const key of MAPPED) {
    if (!fields.says(key)) continue
    if (policy === 'geo') findings.lost(`${key} of ${title}`, 'pools for places are left out', fields.at(key))
    else findings.note(`${key} of ${title}`, 'is of use for steering by geo alone', fields.at(key))
  }
  if (fields.says('location_strategy'))
    findings[policy === 'geo' || policy === 'proximity' ? 'lost' : 'note'](
      `location_strategy of ${title}`,
      'is of use for steering by place alone',
      fields.at('location_strategy'),
    )
}

function reportClients(fields: JsonFields, title: string, findings: Findings): void {
  const affinity = fields.text('session_affinity', 64) ?? ''
  if (affinity !== '' && affinity !== 'none')
    findings.lost(
      `session_affinity ${affinity} of ${title}`,
      'DNS knows no sessions: a client may get another origin when its answer has expired',
      fields.at('session_affinity'),
    )
  if (fields.child('adaptive_routing')?.flag('failover_across_pools') === true)
    findings.lost(
      `adaptive_routing of ${title}`,
      'requests that fail are not tried again elsewhere: clients speak to the origin themselves',
      fields.at('adaptive_routing'),
    )
  for (const item of fields.items('rules'))
    reportRule(fields, item.kind === 'object' ? item : undefined, title, findings)
}

function reportRule(
  fields: JsonFields,
  rule: JsonObject | undefined,
  title: string,
  findings: Findings,
): void {
  if (rule === undefined) {
    fields.complain('rules', 'expected rules, objects in braces')
    return
  }
  const member = rule.members.get('name')?.value
  const name = member?.kind === 'scalar' ? String(member.value).slice(0, 100) : 'without a name'
  const disabled = rule.members.get('disabled')?.value
  const isOff = disabled?.kind === 'scalar' && disabled.value === true
  const what = `rule ${name} of ${title}`
  const place = fields.input.at(rule.offset)
  if (isOff) findings.note(what, 'is disabled: it is left out', place)
  else findings.lost(what, 'there are no rules: DNS sees no requests', place)
}

function reportProxy(fields: JsonFields, title: string, findings: Findings): void {
  findings.lost(
    `proxied of ${title}`,
    'clients speak to the origins themselves, and see their addresses: nothing is cached or filtered, and origins need certificates for the name',
    fields.at('proxied'),
  )
  if (fields.says('ttl'))
    findings.note(
      `ttl of ${title}`,
      'is not used by Cloudflare with proxied; the default is 30s',
      fields.at('ttl'),
    )
}
