/** What the data of each record type is made of: the one table from which text, wire form and comparison follow. */
import { RrType } from './types.ts'

/**
 * The kinds of fields. A `compressible-name` may be compressed in messages: only types of RFC 1035 have those (RFC 3597 §4).
 * `strings`, `hex` and `caa-value` take all that is left, so they stand last.
 */
export type FieldKind =
  | 'name'
  | 'compressible-name'
  | 'u8'
  | 'u16'
  | 'u32'
  | 'duration'
  | 'ipv4'
  | 'ipv6'
  | 'string'
  | 'strings'
  | 'hex'
  | 'caa-tag'
  | 'caa-value'

export interface Field {
  /** As the RFC calls it; complaints name it. */
  readonly name: string
  readonly kind: FieldKind
}

/** The fields by type. What is not here is known by its bytes only (RFC 3597). */
const TABLE: ReadonlyMap<number, readonly Field[]> = new Map([
  [RrType.A, fields('address ipv4')],
  [RrType.NS, fields('nameserver compressible-name')],
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
  [RrType.PTR, fields('target compressible-name')],
  [RrType.HINFO, fields('cpu string', 'os string')],
  [RrType.MX, fields('preference u16', 'exchange compressible-name')],
  [RrType.TXT, fields('text strings')],
  [RrType.RP, fields('mailbox name', 'text name')],
  [RrType.AFSDB, fields('subtype u16', 'hostname name')],
  [RrType.AAAA, fields('address ipv6')],
  [RrType.SRV, fields('priority u16', 'weight u16', 'port u16', 'target name')],
  [RrType.DNAME, fields('target name')],
  [RrType.DS, fields('key-tag u16', 'algorithm u8', 'digest-type u8', 'digest hex')],
  [RrType.SSHFP, fields('algorithm u8', 'fingerprint-type u8', 'fingerprint hex')],
  [RrType.TLSA, fields('usage u8', 'selector u8', 'matching-type u8', 'association hex')],
  [RrType.SPF, fields('text strings')],
  [RrType.CAA, fields('flags u8', 'tag caa-tag', 'value caa-value')],
])

/** The fields of the type's data; undefined for a type that is not in the table. */
export function fieldsOf(type: number): readonly Field[] | undefined {
  return TABLE.get(type)
}

/** All types whose fields are known. */
export function describedTypes(): number[] {
  return [...TABLE.keys()]
}

export function isName({ kind }: Field): boolean {
  return kind === 'name' || kind === 'compressible-name'
}

function fields(...specs: `${string} ${FieldKind}`[]): Field[] {
  return specs.map(spec => {
    const [name = '', kind = ''] = spec.split(' ')
    return { name, kind: kind as FieldKind }
  })
}
