/** Configurations of the simulation: pools of every policy, which reloads change, rename and remove. */

export const INTERVAL_MS = 7_200_000
export const FAST_MS = 240_000
export const TIMEOUT_MS = 20_000
export const FALL = 3
const TIMES = 'interval: 2h, fast-interval: 4m, timeout: 20s, fall: 3, rise: 2'

/** One of each family. The simulation gives them times as slow as those of all else. */
export const REFERENCES = 'references: ["tcp://203.0.113.53:53", "tcp://[2001:db8:53::1]:53"]\n'
export const REFERENCE_TIMING = {
  intervalMs: 2_400_000,
  fastIntervalMs: 120_000,
  timeoutMs: 10_000,
  rise: 1,
  fall: 1,
}

/** Endpoints that report in do so this often, and may be so late. */
export const BEAT_MS = 7_200_000
export const GRACE_MS = 2_400_000
export const ENVIRONMENT = { BEAT: 'b33a0f6e0a4b4f4e' }
export const HOSTNAMES = ['x.example.net', 'y.example.net'] as const

export const ADDRESSES = ['192.0.2.1', '192.0.2.2', '192.0.2.3', '2001:db8::1', '2001:db8::2'] as const
const [ONE, TWO, THREE, SIX, SEVEN] = ADDRESSES

const CHECKS = `checks:
  web: { type: tcp, port: 80, ${TIMES} }
  damped: { type: tcp, port: 80, ${TIMES}, dwell: 80m, flap: { limit: 6, half-life: 6h } }
  mail: { type: tcp, port: 25, ${TIMES} }
  both: { type: all, checks: [web, mail] }
  quiet: { type: tcp, port: 81, inverted: true, ${TIMES} }
  silent: { type: any, checks: [web, quiet], inverted: true }
  odd: { type: at-least, count: 2, checks: [web, mail, quiet], dwell: 40m }
  beat: { type: heartbeat, interval: 2h, grace: 40m, fall: 2, token: { env: BEAT } }
  gone: { type: heartbeat, interval: 2h, grace: 40m, inverted: true, token: { env: BEAT } }
  seen: { type: all, checks: [web, beat] }
`

const POOLS: readonly (readonly string[])[] = [
  [
    `www: { check: web, endpoints: [{ name: a, address: [${ONE}, "${SIX}"] }, { name: b, address: [${TWO}, "${SEVEN}"] }, { name: c, address: ${THREE} }] }`,
    `man: { check: damped, failback: manual, endpoints: [{ name: a, address: ${ONE} }, { name: b, address: ${TWO} }], when-all-down: last }`,
    `aft: { check: both, failback: { after: 2h }, families: together, endpoints: [{ name: a, address: [${ONE}, "${SIX}"] }, { name: b, address: [${TWO}, "${SEVEN}"] }] }`,
    `all: { policy: all, check: web, max-answers: 2, min-healthy: 2, when-all-down: servfail, endpoints: [{ name: a, address: ${ONE} }, { name: b, address: ${TWO} }, { name: c, address: ${THREE} }] }`,
    `wei: { policy: weighted, check: damped, endpoints: [{ name: a, address: ${ONE}, weight: 3 }, { name: b, address: ${TWO} }, { name: c, address: ${THREE}, weight: 0 }] }`,
    `eu: { check: web, failback: manual, endpoints: [{ name: a, address: [${ONE}, "${SIX}"] }, { name: b, address: ${TWO} }] }`,
    `us: { policy: weighted, check: damped, min-healthy: 2, endpoints: [{ name: a, address: ${TWO}, weight: 2 }, { name: b, address: ${THREE} }, { name: c, address: "${SEVEN}" }], when-all-down: servfail }`,
    `top: { check: web, failback: { after: 2h }, endpoints: [{ name: eu, pool: eu }, { name: us, pool: us }, { name: last, address: ${THREE} }] }`,
    `cna: { check: both, endpoints: [{ name: a, hostname: a.example.net, probe-address: ${ONE} }, { name: b, hostname: b.example.net, probe-address: ${TWO} }] }`,
    `inv: { check: quiet, endpoints: [{ name: a, address: ${ONE} }, { name: b, address: [${TWO}, "${SEVEN}"] }], when-all-down: { addresses: [${THREE}, "${SIX}"] } }`,
    `odd: { check: odd, failback: manual, endpoints: [{ name: a, address: ${ONE} }, { name: b, address: ${THREE} }], when-all-down: last }`,
    `bea: { check: beat, failback: { after: 4h }, endpoints: [{ name: a, address: ${ONE} }, { name: b, address: ${TWO} }] }`,
    `ali: { check: web, endpoints: [{ name: x, hostname: x.example.net }, { name: y, hostname: y.example.net }, { name: z, address: ${THREE} }] }`,
    `cnr: { check: web, failback: { after: 2h }, endpoints: [{ name: x, hostname: x.example.net }, { name: y, hostname: y.example.net }] }`,
  ],
  [
    `www: { check: web, endpoints: [{ name: first, address: ${ONE} }, { name: b, address: ${THREE} }], when-all-down: nodata }`,
    `man: { check: gone, failback: manual, endpoints: [{ name: b, address: ${TWO} }, { name: a, address: ${ONE} }] }`,
    `aft: { check: web, failback: { after: 4h }, endpoints: [{ name: a, address: [${ONE}, "${SIX}"] }, { name: b, address: ${TWO} }] }`,
    `all: { policy: all, check: both, endpoints: [{ name: b, address: ${TWO} }, { name: c, address: [${THREE}, "${SEVEN}"] }], when-all-down: all }`,
    `wei: { policy: weighted, check: web, answers: 2, endpoints: [{ name: a, address: ${ONE} }, { name: b, address: ${TWO}, weight: 9 }, { name: c, address: ${THREE}, weight: 2 }] }`,
    `eu: { check: damped, endpoints: [{ name: b, address: [${TWO}, "${SEVEN}"] }, { name: c, address: "${SIX}" }] }`,
    `us: { policy: weighted, check: web, endpoints: [{ name: a, address: ${ONE} }, { name: b, address: ${THREE}, weight: 4 }] }`,
    `top: { policy: weighted, endpoints: [{ name: europe, pool: eu, weight: 2 }, { name: us, pool: us }] }`,
    `cna: { policy: weighted, check: web, endpoints: [{ name: b, hostname: b.example.net, probe-address: ${TWO} }, { name: c, hostname: c.example.net, probe-address: ${THREE}, weight: 3 }] }`,
    `inv: { policy: weighted, check: silent, endpoints: [{ name: a, address: ${ONE}, weight: 2 }, { name: b, address: ${THREE} }], when-all-down: { addresses: [${TWO}] } }`,
    `odd: { policy: all, check: odd, families: together, endpoints: [{ name: a, address: [${ONE}, "${SIX}"] }, { name: b, address: [${TWO}, "${SEVEN}"] }] }`,
    `bea: { policy: all, check: seen, endpoints: [{ name: a, address: ${ONE} }, { name: b, address: ${TWO} }, { name: c, address: ${THREE} }], when-all-down: last }`,
    `ali: { policy: weighted, check: web, endpoints: [{ name: x, hostname: x.example.net }, { name: z, address: ${ONE}, weight: 2 }, { name: y, address: ${THREE} }] }`,
    `cnr: { policy: weighted, check: damped, endpoints: [{ name: x, hostname: x.example.net, weight: 2 }, { name: y, hostname: y.example.net }] }`,
  ],
]

const POOL_NAMES = [
  'www',
  'man',
  'aft',
  'all',
  'wei',
  'top',
  'cna',
  'inv',
  'odd',
  'bea',
  'ali',
  'cnr',
] as const
/** Those that a configuration may be without. The others keep their hostnames always. */
export const OPTIONAL_POOLS = POOL_NAMES.slice(0, 10)
/** Open by the clocks of Berlin, on Sundays from three to five. */
export const WINDOW = { pool: 'www', endpoint: 'b', zone: 'Europe/Berlin', fromHour: 3, toHour: 5 }
export const SHAPES = POOLS.length

/** @param without a pool that this configuration does not have */
export function zoneText(shape: number, without: string | undefined): string {
  const pools = (POOLS[shape] ?? []).filter(line => !line.startsWith(`${without}:`))
  const names = POOL_NAMES.filter(name => name !== without)
  return `zone: sim.test
nameservers: { ns1: 192.0.2.53 }
${CHECKS}pools:
${pools.map(line => `  ${line}\n`).join('')}names:
${names.map(name => `  ${name}: { pool: ${name}, ttl: 5m, ttl-min: 30s }\n`).join('')}
${windowsWithout(without)}`
}

function windowsWithout(pool: string | undefined): string {
  const windows = WINDOWS.filter(line => !line.includes(`pool: ${pool},`))
  return windows.length === 0 ? '' : `maintenance:\n${windows.map(line => `  - ${line}\n`).join('')}`
}

const WINDOWS = [
  '{ pool: www, endpoint: b, every: [sun], from: "03:00", for: 2h, time-zone: Europe/Berlin }',
  '{ pool: aft, endpoint: a, every: [tue, fri], from: "23:00", for: 3h, time-zone: America/New_York }',
]
