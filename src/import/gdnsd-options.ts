/** `options` of a gdnsd configuration: what zones need of them, and what is said of the others. */
import type { Findings, Grade } from './findings.ts'
import type { Vscf, VscfEntry, VscfHash } from './vscf.ts'
import { booleanIn, complainOfKeys, entriesOf, hashOf, numberIn, placeOf, valueIn } from './vscf-read.ts'

/** Seconds. */
export interface ZoneOptions {
  readonly defaultTtl: number
  readonly minTtl: number
  readonly maxTtl: number
  readonly maxNegativeTtl: number
  /** Of static records below `_acme-challenge`. */
  readonly challengeTtl: number
  readonly splitsTexts: boolean
}

const MAX_TTL = 268_435_455

type Fate = readonly [Grade, string]
const NOT_NEEDED: Fate = ['note', 'has nothing that corresponds, and is not needed']

/** What becomes of each; undefined where zones take it up. */
const FATES: Readonly<Record<string, Fate | undefined>> = {
  zones_default_ttl: undefined,
  max_ttl: undefined,
  min_ttl: undefined,
  max_ncache_ttl: undefined,
  acme_challenge_dns_ttl: undefined,
  disable_text_autosplit: undefined,
  listen: undefined,
  dns_port: undefined,
  tcp_threads: NOT_NEEDED,
  udp_threads: [
    'note',
    'corresponds to responders: in understudy.yaml, one for each processor but one unless said',
  ],
  tcp_clients_per_thread: [
    'note',
    'corresponds to tcp.connections in understudy.yaml, for all threads together',
  ],
  tcp_timeout: ['note', 'corresponds to tcp.idle in understudy.yaml'],
  disable_tcp_dso: ['note', 'there is no DSO (RFC 8490)'],
  tcp_backlog: NOT_NEEDED,
  tcp_fastopen: ['note', 'there is no TCP Fast Open'],
  tcp_control: [
    'note',
    'corresponds to listen.admin in understudy.yaml, with tokens where it is not loopback',
  ],
  udp_rcvbuf: NOT_NEEDED,
  udp_sndbuf: NOT_NEEDED,
  zones_strict_data: ['note', 'understudy check shows warnings, and takes zones with them'],
  zones_rfc1035_threads: NOT_NEEDED,
  lock_mem: NOT_NEEDED,
  max_edns_response: ['changed', 'UDP responses have at most 1232 bytes'],
  max_edns_response_v6: ['changed', 'UDP responses have at most 1232 bytes'],
  edns_client_subnet: ['note', 'no answer depends on where a client is; the scope is 0'],
  chaos_response: [
    'changed',
    'class CH is answered by id.server and version.server (reveal:), and by what a pool answers',
  ],
  acme_challenge_ttl: [
    'lost',
    'there is no gdnsdctl acme-dns-01: let the challenge be a static record, or a delegation',
  ],
  nsid: ['note', 'the NSID is node: in understudy.yaml, in characters'],
  nsid_ascii: ['note', 'corresponds to node: in understudy.yaml'],
  experimental_no_chain: [
    'note',
    'a CNAME that leads to a name of this server is followed in the same answer',
  ],
  disable_cookies: ['changed', 'cookies are always answered (RFC 7873)'],
  max_nocookie_response: ['changed', 'has no such limit; rate-limit: does what it is for'],
  cookie_key_file: [
    'note',
    'corresponds to cookies.secrets-file in understudy.yaml, with other secrets: 32 hexadecimal digits a line',
  ],
  run_dir: NOT_NEEDED,
  state_dir: ['note', 'corresponds to state: in understudy.yaml, a database and no folder'],
}

/** Of one address of `listen`. */
const LISTEN_FATES: Readonly<Record<string, Fate>> = {
  tcp_proxy: ['lost', 'the PROXY protocol is not understood'],
  tcp_pad: ['lost', 'responses are not padded'],
  tcp_threads: NOT_NEEDED,
  tcp_timeout: ['note', 'tcp.idle in understudy.yaml is one for all addresses'],
  tcp_clients_per_thread: ['note', 'tcp.connections in understudy.yaml is one for all addresses'],
  tcp_fastopen: ['note', 'there is no TCP Fast Open'],
  tcp_backlog: NOT_NEEDED,
  udp_threads: NOT_NEEDED,
  udp_rcvbuf: NOT_NEEDED,
  udp_sndbuf: NOT_NEEDED,
}

export function readOptions(section: Vscf | undefined, findings: Findings): ZoneOptions {
  const hash = hashOf(section, 'options')
  complainOfKeys(hash, Object.keys(FATES), 'options')
  for (const entry of entriesOf(hash).values()) tellFate(entry, FATES[entry.key], findings)
  if (hash !== undefined) tellListen(hash, findings)
  const number = (key: string, byDefault: number, min: number, max: number): number =>
    numberIn(hash, key, { min, max })?.value ?? byDefault
  return {
    defaultTtl: number('zones_default_ttl', 86_400, 1, MAX_TTL),
    minTtl: number('min_ttl', 5, 0, 86_400),
    maxTtl: number('max_ttl', 3_600_000, 3600, MAX_TTL),
    maxNegativeTtl: number('max_ncache_ttl', 10_800, 10, 86_400),
    challengeTtl: number('acme_challenge_dns_ttl', 0, 0, 3600),
    splitsTexts: booleanIn(hash, 'disable_text_autosplit') !== true,
  }
}

function tellFate(entry: VscfEntry, fate: Fate | undefined, findings: Findings): void {
  if (fate === undefined) return
  const [grade, became] = fate
  findings[grade](`options => ${entry.key}`, became, placeOf(entry))
}

/** In the words of `listen.dns`. */
function tellListen(hash: VscfHash, findings: Findings): void {
  const port = numberIn(hash, 'dns_port', { min: 1, max: 65_535 })?.value ?? 53
  const node = valueIn(hash, 'listen')
  if (node === undefined) return
  const items = node.kind === 'list' ? node.items : [node]
  const texts =
    node.kind === 'hash'
      ? [...node.entries.keys()]
      : items.flatMap(item => (item.kind === 'text' ? [item.text] : []))
  const all = texts.flatMap(text => (text === 'any' ? ['0.0.0.0', '::'] : [text]))
  const dns = all.map(text => withPort(text, port)).join(', ')
  findings.note('options => listen', `write listen: { dns: [${dns}] } into understudy.yaml`, placeOf(node))
  if (node.kind !== 'hash') return
  for (const one of node.entries.values()) {
    const own = hashOf(one.value, one.key)
    complainOfKeys(own, Object.keys(LISTEN_FATES), 'listen')
    for (const entry of entriesOf(own).values()) tellFate(entry, LISTEN_FATES[entry.key], findings)
  }
}

/** As in `192.0.2.1:53` or `"[2001:db8::1]:53"`. */
function withPort(text: string, port: number): string {
  if (text.startsWith('[')) return /\]:\d+$/.test(text) ? `"${text}"` : `"${text}:${port}"`
  const colons = text.split(':').length - 1
  if (colons > 1) return `"[${text}]:${port}"`
  return colons === 1 ? text : `${text}:${port}`
}
