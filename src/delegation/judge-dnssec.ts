/** DS records of the parent against keys and signatures of the zone (RFC 4035 §5). */
import { createHash } from 'node:crypto'
import { name as nameOf, nameToBytes } from '#wire/name.ts'
import type { ServerFacts, ZoneFacts } from './facts.ts'
import { type Finding, Findings, listed } from './finding.ts'

/** IANA "DNSSEC Delegation Signer Digest Algorithms". */
const DIGESTS: Readonly<Record<number, string>> = { 1: 'sha1', 2: 'sha256', 4: 'sha384' }
const DAY_SECONDS = 86_400

export function judgeDnssec({ zone, parent, servers, nowSeconds }: ZoneFacts): readonly Finding[] {
  const findings = new Findings('dnssec')
  const ds = parent?.servers.map(one => one.ds).find(one => one !== undefined)
  const examined = servers.filter(
    ({ exam, udp }) => exam !== undefined && udp.kind === 'answer' && udp.authoritative,
  )
  const unsigned = examined.filter(({ exam }) => exam?.signatures.length === 0)
  if (ds === undefined || examined.length === 0) return findings.list
  if (ds.length === 0) judgeWithoutDs(examined, unsigned, zone, findings)
  else if (unsigned.length > 0)
    findings.error(
      'signatures',
      `the parent has DS records, and ${listed(unsigned.map(({ address }) => address))} answers without signatures: validators take the whole zone for bogus`,
      `take the DS records of ${zone} out of the parent zone, or sign the zone on all servers`,
    )
  else for (const server of examined) judgeSigned(server, { zone, ds, nowSeconds }, findings)
  return findings.list
}

function judgeWithoutDs(
  examined: readonly ServerFacts[],
  unsigned: readonly ServerFacts[],
  zone: string,
  findings: Findings,
): void {
  if (unsigned.length === examined.length)
    findings.ok('ds', 'the zone is not signed, and the parent has no DS records')
  else
    findings.warning(
      'ds',
      `${zone} is signed, and the parent has no DS records: nobody validates it`,
      'enter the DS records in the parent zone once all servers have the signatures',
    )
}

interface Expected {
  readonly zone: string
  readonly ds: readonly Uint8Array[]
  readonly nowSeconds: number
}

function judgeSigned(
  { address, exam }: ServerFacts,
  { zone, ds, nowSeconds }: Expected,
  findings: Findings,
): void {
  const keys = exam?.keys ?? []
  const known = ds.filter(one => DIGESTS[one[3] ?? 0] !== undefined)
  if (keys.length === 0)
    findings.error(
      'ds',
      `the parent has DS records, and ${address} has no DNSKEY`,
      'publish the keys on all servers, or take the DS records out of the parent zone',
    )
  else if (known.length > 0 && !known.some(one => keys.some(key => fits(one, key, zone))))
    findings.error(
      'ds',
      `no DS record of the parent fits a key of ${address}: ${listed(ds.map(dsText))} against keys ${listed(keys.map(key => String(keyTag(key))))}`,
      'enter the DS records of the key that signs now, or bring that key back',
    )
  else findings.ok('ds', `the parent's DS records fit a key of ${address}`)
  judgeTimes(address, exam?.signatures ?? [], nowSeconds, findings)
}

function judgeTimes(
  address: string,
  signatures: readonly Uint8Array[],
  nowSeconds: number,
  findings: Findings,
): void {
  const [best] = signatures.map(timesOf).sort((a, b) => b.until - a.until)
  if (best === undefined) return
  const until = new Date(best.until * 1000).toISOString()
  if (best.until < nowSeconds)
    findings.error('signatures', `the signature at ${address} ended at ${until}`, 'sign the zone again')
  else if (best.from > nowSeconds)
    findings.error(
      'signatures',
      `the signature at ${address} begins at ${new Date(best.from * 1000).toISOString()}`,
      'set the clock of the signing host right, and sign again',
    )
  else if (best.until - nowSeconds < DAY_SECONDS)
    findings.warning(
      'signatures',
      `the signature at ${address} ends within a day, at ${until}`,
      'see whether whoever signs the zone is at work',
    )
  else findings.ok('signatures', `${address} answers with a signature that is good until ${until}`)
}

/** RFC 4034 §3.1.5. */
function timesOf(rrsig: Uint8Array): { readonly from: number; readonly until: number } {
  const view = new DataView(rrsig.buffer, rrsig.byteOffset, rrsig.byteLength)
  return rrsig.length < 18 ? { from: 0, until: 0 } : { from: view.getUint32(12), until: view.getUint32(8) }
}

/** Whether the DS record is made of this DNSKEY (RFC 4034 §5.1). */
function fits(ds: Uint8Array, key: Uint8Array, zone: string): boolean {
  const digest = DIGESTS[ds[3] ?? 0]
  if (digest === undefined || tagOf(ds) !== keyTag(key) || ds[2] !== key[3]) return false
  const made = createHash(digest)
    .update(nameToBytes(nameOf(`${zone}.`)))
    .update(key)
    .digest()
  return made.equals(ds.subarray(4))
}

function tagOf(ds: Uint8Array): number {
  return ((ds[0] ?? 0) << 8) | (ds[1] ?? 0)
}

/** RFC 4034 appendix B. */
function keyTag(key: Uint8Array): number {
  let sum = 0
  for (const [at, byte] of key.entries()) sum += at % 2 === 0 ? byte << 8 : byte
  return (sum + (sum >>> 16)) & 0xffff
}

function dsText(ds: Uint8Array): string {
  return `DS ${tagOf(ds)} algorithm ${ds[2]} digest type ${ds[3]}`
}
