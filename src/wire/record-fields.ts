/** What the data of each record type is made of: the one table from which text, wire form and comparison follow. */
import { RrType } from './types.ts'

/**
 * The kinds of fields. Of names:
 *
 * - a `compressible-name` may be compressed in messages: only types of RFC 1035 have those (RFC 3597 §4);
 * - a `folded-name` may not, but is lower-cased in canonical form, as those are (RFC 4034 §6.2, RFC 6840 §5.1);
 * - a `name` is neither.
 *
 * What takes all that is left stands last: the plurals, texts and bytes without a length of their own.
 */
export type FieldKind =
  | 'name'
  | 'folded-name'
  | 'compressible-name'
  | 'names'
  | 'u8'
  | 'u16'
  | 'u32'
  | 'duration'
  | 'signature-time'
  | 'type'
  | 'algorithm'
  | 'digest-type'
  | 'certificate-type'
  | 'tlsa-usage'
  | 'tlsa-selector'
  | 'tlsa-matching'
  | 'dsync-scheme'
  | 'ipv4'
  | 'ipv6'
  | 'half-ipv6'
  | 'eui48'
  | 'eui64'
  | 'string'
  | 'strings'
  | 'long-text'
  | 'uri'
  | 'caa-tag'
  | 'hex'
  | 'base64'
  | 'optional-base64'
  | 'ds-digest'
  | 'sshfp-digest'
  | 'zonemd-digest'
  | 'nsec3-salt'
  | 'nsec3-next'
  | 'type-bitmap'
  | 'optional-type-bitmap'
  | 'prefixes'
  | 'location'
  | 'ipseckey-gateway'
  | 'hip-identity'
  | 'svcb-params'

export interface Field {
  /** As the RFC calls it; complaints name it. */
  readonly name: string
  readonly kind: FieldKind
}

const TEXT = fields('text strings')
const DELEGATION_SIGNER = fields(
  'key-tag u16',
  'algorithm algorithm',
  'digest-type digest-type',
  'digest ds-digest',
)
const PUBLIC_KEY = fields('flags u16', 'protocol u8', 'algorithm algorithm', 'public-key base64')
const SIGNATURE = fields(
  'type-covered type',
  'algorithm algorithm',
  'labels u8',
  'original-ttl u32',
  'expiration signature-time',
  'inception signature-time',
  'key-tag u16',
  'signer folded-name',
  'signature base64',
)
const CERTIFICATE_ASSOCIATION = fields(
  'usage tlsa-usage',
  'selector tlsa-selector',
  'matching-type tlsa-matching',
  'association hex',
)
const SERVICE_BINDING = fields('priority u16', 'target name', 'params svcb-params')

/** The fields by type. What is not here is known by its bytes only (RFC 3597). */
const TABLE: ReadonlyMap<number, readonly Field[]> = new Map([
  [RrType.A, fields('address ipv4')],
  [RrType.NS, fields('nameserver compressible-name')],
  [RrType.MD, fields('host compressible-name')],
  [RrType.MF, fields('host compressible-name')],
  [RrType.CNAME, fields('target compressible-name')],
  [
    RrType.SOA,
    fields(
      'mname compressible-name',
      'rname compressible-name',
      'serial u32',
      'refresh duration',
      'retry duration',
      'expire duration',
      'minimum duration',
    ),
  ],
  [RrType.MB, fields('host compressible-name')],
  [RrType.MG, fields('mailbox compressible-name')],
  [RrType.MR, fields('mailbox compressible-name')],
  [RrType.PTR, fields('target compressible-name')],
  [RrType.HINFO, fields('cpu string', 'os string')],
  [RrType.MINFO, fields('responsible compressible-name', 'errors compressible-name')],
  [RrType.MX, fields('preference u16', 'exchange compressible-name')],
  [RrType.TXT, TEXT],
  [RrType.RP, fields('mailbox folded-name', 'text folded-name')],
  [RrType.AFSDB, fields('subtype u16', 'hostname folded-name')],
  [RrType.RT, fields('preference u16', 'host folded-name')],
  [RrType.SIG, SIGNATURE],
  [RrType.KEY, fields('flags u16', 'protocol u8', 'algorithm algorithm', 'public-key optional-base64')],
  [RrType.PX, fields('preference u16', 'map822 folded-name', 'mapx400 folded-name')],
  [RrType.AAAA, fields('address ipv6')],
  [RrType.LOC, fields('location location')],
  [RrType.SRV, fields('priority u16', 'weight u16', 'port u16', 'target folded-name')],
  [
    RrType.NAPTR,
    fields(
      'order u16',
      'preference u16',
      'flags string',
      'services string',
      'regexp string',
      'replacement folded-name',
    ),
  ],
  [RrType.KX, fields('preference u16', 'exchanger folded-name')],
  [RrType.CERT, fields('type certificate-type', 'key-tag u16', 'algorithm algorithm', 'certificate base64')],
  [RrType.DNAME, fields('target folded-name')],
  [RrType.APL, fields('prefixes prefixes')],
  [RrType.DS, DELEGATION_SIGNER],
  [RrType.SSHFP, fields('algorithm u8', 'fingerprint-type u8', 'fingerprint sshfp-digest')],
  [
    RrType.IPSECKEY,
    fields(
      'precedence u8',
      'gateway-type u8',
      'algorithm u8',
      'gateway ipseckey-gateway',
      'public-key optional-base64',
    ),
  ],
  [RrType.RRSIG, SIGNATURE],
  [RrType.NSEC, fields('next name', 'types type-bitmap')],
  [RrType.DNSKEY, PUBLIC_KEY],
  [RrType.DHCID, fields('digest base64')],
  [
    RrType.NSEC3,
    fields(
      'hash-algorithm u8',
      'flags u8',
      'iterations u16',
      'salt nsec3-salt',
      'next nsec3-next',
      'types optional-type-bitmap',
    ),
  ],
  [RrType.NSEC3PARAM, fields('hash-algorithm u8', 'flags u8', 'iterations u16', 'salt nsec3-salt')],
  [RrType.TLSA, CERTIFICATE_ASSOCIATION],
  [RrType.SMIMEA, CERTIFICATE_ASSOCIATION],
  [RrType.HIP, fields('identity hip-identity', 'servers names')],
  [RrType.NINFO, TEXT],
  [RrType.CDS, DELEGATION_SIGNER],
  [RrType.CDNSKEY, PUBLIC_KEY],
  [RrType.OPENPGPKEY, fields('key base64')],
  [RrType.CSYNC, fields('serial u32', 'flags u16', 'types optional-type-bitmap')],
  [RrType.ZONEMD, fields('serial u32', 'scheme u8', 'hash-algorithm u8', 'digest zonemd-digest')],
  [RrType.SVCB, SERVICE_BINDING],
  [RrType.HTTPS, SERVICE_BINDING],
  [RrType.DSYNC, fields('type type', 'scheme dsync-scheme', 'port u16', 'target name')],
  [RrType.SPF, TEXT],
  [RrType.NID, fields('preference u16', 'node-id half-ipv6')],
  [RrType.L32, fields('preference u16', 'locator ipv4')],
  [RrType.L64, fields('preference u16', 'locator half-ipv6')],
  [RrType.LP, fields('preference u16', 'target name')],
  [RrType.EUI48, fields('address eui48')],
  [RrType.EUI64, fields('address eui64')],
  [RrType.URI, fields('priority u16', 'weight u16', 'target uri')],
  [RrType.CAA, fields('flags u8', 'tag caa-tag', 'value long-text')],
  [RrType.AVC, TEXT],
  [RrType.RESINFO, TEXT],
  [RrType.WALLET, TEXT],
  [RrType.TA, DELEGATION_SIGNER],
  [RrType.DLV, DELEGATION_SIGNER],
])

/** Of each type that has names: its fields up to the last name. */
const NAMED: ReadonlyMap<number, readonly Field[]> = new Map(
  [...TABLE].flatMap(([type, all]) => {
    const named = all.slice(0, all.findLastIndex(isName) + 1)
    return named.length === 0 ? [] : [[type, named] as const]
  }),
)

/** The fields of the type's data; undefined for a type that is not in the table. */
export function fieldsOf(type: number): readonly Field[] | undefined {
  return TABLE.get(type)
}

/** The fields of the type's data up to the last that is a name; undefined for a type that has none. */
export function fieldsToLastName(type: number): readonly Field[] | undefined {
  return NAMED.get(type)
}

/** All types whose fields are known. */
export function describedTypes(): number[] {
  return [...TABLE.keys()]
}

/** Whether the field is a name that messages may bring compressed, or canonical form may fold. */
export function isName({ kind }: Field): boolean {
  return kind === 'name' || kind === 'folded-name' || kind === 'compressible-name'
}

function fields(...specs: `${string} ${FieldKind}`[]): Field[] {
  return specs.map(spec => {
    const [name = '', kind = ''] = spec.split(' ')
    return { name, kind: kind as FieldKind }
  })
}
