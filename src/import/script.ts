/**
 * The source `script`: a shell script that probes a primary and changes DNS by nsupdate when it fails. Its values are read from its assignments and its commands;
 * nothing of it is run.
 */

import { type Address, parseAddress } from '#base/address.ts'
import { formatDuration } from '#base/duration.ts'
import { isAtOrBelow, lowerCase, type Name, parseName } from '#wire/name.ts'
import {
  type Draft,
  entry,
  inline,
  list,
  map,
  type NameDraft,
  scalar,
  type Value,
  type ZoneDraft,
} from './draft.ts'
import type { Findings } from './findings.ts'
import type { Input } from './input.ts'
import { INTERVAL, TTL, wholeNumber } from './limits.ts'
import { nameInPool, uniqueIn } from './pool-names.ts'
import { plainName } from './relative-name.ts'
import { checkOf, isAlert, type ScriptCheck } from './script-check.ts'
import { type Fact, Script } from './script-facts.ts'
import { checkValue } from './script-http.ts'
import { reportRest } from './script-rest.ts'
import { intervalOf } from './script-schedule.ts'
import { type Update, updateOf } from './script-update.ts'
import { readShell } from './shell-text.ts'
import { UNKNOWN } from './shell-values.ts'
import type { ImportSource, SourceRequest } from './source.ts'
import { zonesOf } from './zone-of.ts'

export const SCRIPT: ImportSource = { read: readScripts }

const PRIMARY = /^(PRIMARY|MAIN|MASTER)_?(IP|IPV4|IP4|IPV6|IP6|ADDR|ADDRESS|SERVER|HOST)?$/i
const BACKUP =
  /^(BACKUP|SECONDARY|STANDBY|FAILOVER|SPARE|FALLBACK)_?(IP|IPV4|IP4|IPV6|IP6|ADDR|ADDRESS|SERVER|HOST)?_?\d*$/i
const NAME =
  /^(HOSTNAME|FQDN|RECORD|RECORD_NAME|DNS_NAME|DNS_RECORD|DNS_HOST|HOST|DOMAIN_NAME|SITE|NAME|DOMAIN)$/i
const ZONE = /^(DNS_)?ZONE(_NAME)?$/i
const TTL_NAME = /^(DNS_|RECORD_)?TTL$/i
const BECOMES = [
  [PRIMARY, 'the first endpoint'],
  [BACKUP, 'the other endpoints, in their order'],
  [NAME, 'the managed name'],
  [ZONE, 'the zone of a name of one label'],
  [TTL_NAME, 'ttl'],
] as const
const MAX_SCRIPT_CHARACTERS = 1024 * 1024

interface Failover {
  readonly input: Input
  readonly name: Name
  readonly check: Value
  readonly endpoints: readonly { readonly name: string; readonly addresses: readonly Fact<Address>[] }[]
  readonly manual: boolean
  /** Whether it probes the backup too. */
  readonly checksAll: boolean
  /** Seconds. */
  readonly ttl: Fact<number> | undefined
}

function readScripts({ inputs, zone, findings, complaints }: SourceRequest): Draft {
  const found = inputs.flatMap(input => readScript(input, findings) ?? [])
  const names = found.map(({ name }) => name)
  for (const [index, name] of names.entries())
    if (names.indexOf(name) !== index)
      found[index]?.input.complainOfAll(`${plainName(name)} is the name of another script too`)
  const origins = zone === undefined ? zonesOf(names) : [zone]
  for (const { name, input } of found)
    if (!origins.some(origin => isAtOrBelow(name, origin)))
      input.complainOfAll(`${plainName(name)} is outside of the zone that --zone names`)
  for (const origin of origins) {
    const shown = `zone ${plainName(origin)}`
    if (zone === undefined)
      findings.note(
        shown,
        'is taken from the name, and holds nothing else; --zone with the name itself makes a zone that can be delegated alone (docs/migrate.md)',
      )
    findings.note(shown, 'has no name servers: add nameservers: before it is delegated')
  }
  if (complaints.hasErrors) return { zones: [] }
  return {
    zones: origins.map(origin =>
      zoneDraft(
        origin,
        found.filter(({ name }) => isAtOrBelow(name, origin)),
      ),
    ),
  }
}

function zoneDraft(origin: Name, failovers: readonly Failover[]): ZoneDraft {
  const taken = new Set<string>()
  const pools = failovers.map(one => ({ ...one, pool: uniqueIn(taken, nameInPool(one.name, origin)) }))
  return {
    origin,
    above: [
      `Imported from ${failovers.map(({ input }) => input.file).join(', ')} by understudy import script.`,
    ],
    checks: pools.map(({ pool, check }) => entry(pool, check)),
    pools: pools.map(one => entry(one.pool, poolValue(one))),
    names: pools.map(one => nameDraft(one)),
  }
}

function poolValue({ pool, endpoints, manual, checksAll }: Failover & { readonly pool: string }): Value {
  const rest = endpoints.slice(1).flatMap(({ addresses }) => addresses.map(({ value }) => value.text))
  return map(
    entry('check', scalar(pool)),
    entry(
      'endpoints',
      list(
        endpoints.map(({ name, addresses }) => {
          const texts = addresses.map(({ value }) => value.text)
          const from = addresses.map(one => one.from).join('; ')
          return inline({ name, address: texts.length === 1 ? (texts[0] ?? '') : texts }, from)
        }),
      ),
    ),
    entry(
      'failback',
      scalar(
        manual ? 'manual' : 'auto',
        manual ? 'the script never returns to the primary' : 'the script returns to the primary by itself',
      ),
    ),
    checksAll
      ? entry('when-all-down', scalar('last', 'the script then changes nothing'))
      : entry(
          'when-all-down',
          inline({ addresses: rest }, 'the script goes to the backup without looking whether it is up'),
        ),
  )
}

function nameDraft({ name, pool, ttl }: Failover & { readonly pool: string }): NameDraft {
  const value = ttl === undefined ? undefined : scalar(formatDuration(ttl.value * 1000), ttl.from)
  return {
    name,
    value: map(entry('pool', scalar(pool)), value === undefined ? undefined : entry('ttl', value)),
  }
}

/** Undefined after a complaint. */
function readScript(input: Input, findings: Findings): Failover | undefined {
  const shell = input.text.length > MAX_SCRIPT_CHARACTERS ? undefined : readShell(input.text)
  if (shell === undefined || input.text.includes('\0')) {
    input.complainOfAll('is too long or too deep for a failover script, or no script at all')
    return undefined
  }
  const script = new Script(input, shell)
  const update = updateOf(script)
  const endpoints = endpointsOf(script)
  const name = nameOf(script, update)
  const targets = [
    ...endpoints.flatMap(({ addresses }) => addresses.map(({ value }) => value.text)),
    name === undefined ? '' : plainName(name),
  ]
  const check = checkOf(script, targets)
  if (name === undefined || endpoints.length < 2 || check === undefined)
    complainOfKind(script, check !== undefined || endpoints.length < 2)
  if (check === undefined) return undefined
  const interval = intervalFact(script, findings)
  const value = checkValue(script, check, interval, findings)
  const ttl = ttlFact(script, update)
  if (name === undefined || endpoints.length < 2) return undefined
  reportUpdate(script, update, ttl, findings)
  reportVariables(script, findings)
  const isWhole = checksAll(script, check)
  if (!isWhole)
    findings.changed(
      'the backup',
      'is probed as well, by the same check; the script takes it for good',
      input.file,
    )
  reportRest(script, one => isAlert(one, targets), check, findings)
  return {
    input,
    name,
    check: value,
    endpoints,
    manual: !returnsToPrimary(script, update),
    checksAll: isWhole,
    ttl,
  }
}

function endpointsOf(script: Script): Failover['endpoints'] {
  const texts = new Set<string>()
  // Of variables that say the same, the first.
  const primary = addressesOf(script, script.variables(PRIMARY)).filter(
    ({ value }) => !texts.has(value.text) && texts.add(value.text),
  )
  const backups = script.variables(BACKUP)
  const found = [{ name: 'primary', addresses: primary }]
  for (const backup of backups) {
    const [address] = addressesOf(script, [backup])
    const same = found
      .slice(1)
      .find(
        ({ addresses }) =>
          address !== undefined && addresses.every(({ value }) => value.family !== address.value.family),
      )
    if (address === undefined) continue
    const isOther = /IPV6|IP6/i.test(backup.from)
    if (same !== undefined && isOther)
      found[found.indexOf(same)] = { ...same, addresses: [...same.addresses, address] }
    else found.push({ name: found.length === 1 ? 'backup' : `backup-${found.length}`, addresses: [address] })
  }
  return found.filter(({ addresses }) => addresses.length > 0)
}

function addressesOf(script: Script, facts: readonly Fact<string>[]): Fact<Address>[] {
  return facts.flatMap(fact => {
    const address = parseAddress(fact.value)
    if (address !== undefined) return { ...fact, value: address }
    script.input.complain(
      fact.offset,
      `${JSON.stringify(fact.value.slice(0, 60))} is not an IPv4 or IPv6 address`,
    )
    return []
  })
}

/** A name of one label is within the zone that the script updates. */
function nameOf(script: Script, update: Update): Name | undefined {
  const zone = script.variable(ZONE) ?? update.zone
  const said = update.name ?? script.variable(NAME)
  script.variable(NAME)
  if (said === undefined) return undefined
  const parsed = parseName(said.value)
  if ('error' in parsed) {
    script.input.complain(
      said.offset,
      `${JSON.stringify(said.value.slice(0, 60))} is not a name: ${parsed.error}`,
    )
    return undefined
  }
  const origin = parseName(zone?.value ?? '.')
  const isShort = !said.value.replace(/\.$/, '').includes('.') && 'name' in origin
  const full = isShort ? parseName(said.value.replace(/\.$/, ''), origin.name) : parsed
  return 'name' in full ? lowerCase(full.name) : undefined
}

/** Complains of what is missing; what is there and wrong has been complained of. */
function complainOfKind(script: Script, hasCheck: boolean): void {
  const missing = hasCheck ? [] : ['a health check (curl, nc or ping of the primary)']
  for (const [what, pattern, example] of [
    ['primary', PRIMARY, 'PRIMARY_IP'],
    ['backup', BACKUP, 'BACKUP_IP'],
    ['name', NAME, 'HOSTNAME'],
  ] as const) {
    const computed = script.computed(pattern)
    if (computed !== undefined)
      script.input.complain(
        computed.offset,
        `${computed.name}: the ${what} is known only when the script runs, and nothing of it is run; write the value here`,
      )
    else if (!script.values.names.some(name => pattern.test(name))) missing.push(`a ${what} (${example}=…)`)
  }
  if (missing.length > 0)
    script.input.complainOfAll(
      `is not a failover script of the kind that is known: it lacks ${missing.join(', ')}`,
    )
}

function ttlFact(script: Script, update: Update): Fact<number> | undefined {
  const said = script.variable(TTL_NAME) ?? update.ttl
  const value =
    said === undefined ? undefined : wholeNumber(script.input, said.offset, 'the TTL', said.value, TTL)
  return said === undefined || value === undefined ? undefined : { ...said, value }
}

function intervalFact(script: Script, findings: Findings): Fact<number> {
  const found = intervalOf(script)
  if (found === undefined) {
    findings.changed(
      'how often it runs',
      'the script does not say; once a minute is taken, as cron does at most',
      script.input.file,
    )
    return { value: 60, offset: 0, from: 'assumed: the script does not say how often it runs' }
  }
  if (found.value < INTERVAL.min || found.value > INTERVAL.max)
    script.input.complain(found.offset, `every ${found.value} s is not within ${INTERVAL.min} s and a day`)
  return found
}

/** Whether the primary's address is ever given to the name server again. */
function returnsToPrimary(script: Script, update: Update): boolean {
  const automatic = script.variable(/^(AUTO_?FAILBACK|FAILBACK|AUTO_?RECOVER(Y)?)$/i)
  if (automatic !== undefined) return !/^(0|no|off|false|manual)$/i.test(automatic.value)
  const names = script.values.names.filter(name => PRIMARY.test(name))
  const added = update.added.map(({ value }) => value)
  const primaries = names.map(name => script.values.get(name)?.value)
  if (added.some(value => primaries.includes(value))) return true
  // update_dns "$PRIMARY_IP", TARGET=$PRIMARY_IP, but not the check itself.
  return script.shell.commands.some(({ words }) => {
    const raw = words.map(({ parts }) => parts.map(({ text }) => text).join(''))
    const isUse = raw.some(text =>
      names.some(
        name =>
          text === `$${name}` ||
          text === `\${${name}}` ||
          text.endsWith(`=$${name}`) ||
          text.endsWith(`=\${${name}}`),
      ),
    )
    return (
      isUse &&
      !raw.some(text => ['curl', 'nc', 'ping', 'wget'].includes(text.replace(/^.*\//, ''))) &&
      !raw.includes('[') &&
      !raw.includes('[[')
    )
  })
}

/** Whether the check is a function that is called for the backup too. */
function checksAll(script: Script, check: ScriptCheck): boolean {
  const target = check.kind === 'curl' ? `${check.request.url}${check.request.address ?? ''}` : check.target
  if (!target.includes(UNKNOWN)) return false
  const names = script.values.names.filter(name => BACKUP.test(name))
  return script.calls.some(
    ({ name, command }) =>
      script.functions.has(name) &&
      /check|health|probe|alive|is_up|test/i.test(name) &&
      command.words.some(({ parts }) => parts.some(({ text }) => names.some(one => text.includes(one)))),
  )
}

function reportUpdate(
  script: Script,
  update: Update,
  ttl: Fact<number> | undefined,
  findings: Findings,
): void {
  if (update.isThere)
    findings.note(
      'nsupdate and its key',
      'are no longer needed: the zone is answered by Understudy itself',
      script.input.file,
    )
  if (ttl === undefined)
    findings.note('the TTL', 'the script says none; the default is 30s', script.input.file)
}

function reportVariables({ values, unused }: Script, findings: Findings): void {
  const others = new Set(unused.map(({ name }) => name))
  for (const name of values.names) {
    const [, becomes] = BECOMES.find(([pattern]) => pattern.test(name)) ?? []
    if (becomes !== undefined) findings.field(name, becomes)
    else if (!others.has(name)) findings.field(name, 'the check')
  }
}
