/** Zone files for control's tests, in few letters. */

export interface ZoneShape {
  readonly zone?: string
  /** `checks:`, as YAML in one line each; the default is `web` on port 80. */
  readonly checks?: Readonly<Record<string, string>>
  /** By pool: endpoints with their addresses, in order of preference. */
  readonly pools?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>
  /** By pool; `web` where nothing is said. */
  readonly checkOf?: Readonly<Record<string, string>>
  /** By name; a name for each pool where nothing is said. */
  readonly names?: Readonly<Record<string, string>>
}

/** `interval` 10 s, `fast-interval` 1 s, `fall` 3, `rise` 2. */
export const WEB = '{ type: http, port: 80, interval: 10s, fast-interval: 1s, timeout: 4s, fall: 3, rise: 2 }'
export const PRIMARY = '192.0.2.1'
export const BACKUP = '192.0.2.2'
export const TWO = { primary: [PRIMARY], backup: [BACKUP] } as const

/** A zone of managed names; `ttl` 30 s, `ttl-min` 5 s. */
export function zoneText(shape: ZoneShape = {}): string {
  const { zone = 'a.test', checks = { web: WEB }, pools = { www: TWO }, checkOf = {} } = shape
  const names = shape.names ?? Object.fromEntries(Object.keys(pools).map(pool => [pool, `{ pool: ${pool} }`]))
  const lines = [`zone: ${zone}`, 'nameservers: { ns1: 192.0.2.53 }', 'checks:']
  for (const [check, text] of Object.entries(checks)) lines.push(`  ${check}: ${text}`)
  lines.push('pools:')
  for (const [pool, endpoints] of Object.entries(pools)) {
    lines.push(`  ${pool}:`, `    check: ${checkOf[pool] ?? 'web'}`, '    endpoints:')
    for (const [endpoint, addresses] of Object.entries(endpoints))
      lines.push(`      - { name: ${endpoint}, address: ${JSON.stringify(addresses)} }`)
  }
  lines.push('names:')
  for (const [owner, text] of Object.entries(names)) lines.push(`  ${JSON.stringify(owner)}: ${text}`)
  return `${lines.join('\n')}\n`
}

/** As the file of `a.test`. */
export function zones(shape: ZoneShape = {}): Record<string, string> {
  return { [`${shape.zone ?? 'a.test'}.yaml`]: zoneText(shape) }
}
