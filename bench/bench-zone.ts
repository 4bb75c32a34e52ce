/** The zone that every server is measured with: 10,000 static names and one managed name. */
import { seededRandom } from '#base/random.ts'

export const ORIGIN = 'bench.test'
export const MANAGED = `www.${ORIGIN}`
export const PRIMARY = '127.0.0.1'
export const BACKUP = '127.0.0.2'
export const NAMES = 10_000

/** The i-th static name and its address. */
export function staticName(i: number): { readonly name: string; readonly address: string } {
  return { name: `host${i}.${ORIGIN}`, address: `10.0.${i >> 8}.${i & 255}` }
}

/** Some of the numbers that names are made from, for seeing whether a server has the zone. */
export const SAMPLE_NUMBERS = [0, 1, 255, 256, 5000, NAMES - 1]
export const SAMPLES = SAMPLE_NUMBERS.map(staticName)

/** The master file; the line of the managed name depends on the server. */
export function zoneText(managedLine: string): string {
  const head = `$ORIGIN ${ORIGIN}.\n$TTL 300\n@ SOA ns1 hostmaster 1 3600 600 86400 60\n@ NS ns1\n@ NS ns2\n`
  const glue = 'ns1 A 127.0.0.1\nns2 A 127.0.0.2\n'
  const names = Array.from({ length: NAMES }, (_, i) => staticName(i))
  return `${head}${glue}${managedLine}\n${names.map(({ name, address }) => `${name}. A ${address}\n`).join('')}`
}

/** The line for servers that know no health: a record like any other. */
export const PLAIN_MANAGED_LINE = `www 30 A ${PRIMARY}`

/** dnsperf's input: all static names in an order that does not follow the zone's. */
export function staticQueries(): string {
  return shuffledQueries(i => staticName(i).name)
}

/** dnsperf's input: `NAMES` names, made from 0 and so on, in an order that does not follow these numbers. */
export function shuffledQueries(nameOf: (i: number) => string): string {
  const random = seededRandom(1)
  const order = Array.from({ length: NAMES }, (_, i) => ({ i, key: random() })).sort((a, b) => a.key - b.key)
  return order.map(({ i }) => `${nameOf(i)} A\n`).join('')
}

export const MANAGED_QUERIES = `${MANAGED} A\n`
