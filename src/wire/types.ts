/** The numbers of the protocol and their names (IANA "Domain Name System (DNS) Parameters"). */

export const RrType = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  HINFO: 13,
  MX: 15,
  TXT: 16,
  RP: 17,
  AFSDB: 18,
  AAAA: 28,
  SRV: 33,
  DNAME: 39,
  OPT: 41,
  DS: 43,
  SSHFP: 44,
  TLSA: 52,
  SPF: 99,
  TKEY: 249,
  TSIG: 250,
  IXFR: 251,
  AXFR: 252,
  MAILB: 253,
  MAILA: 254,
  ANY: 255,
  CAA: 257,
} as const

export const RrClass = { IN: 1, CH: 3, HS: 4, NONE: 254, ANY: 255 } as const

export const Opcode = { QUERY: 0, IQUERY: 1, STATUS: 2, NOTIFY: 4, UPDATE: 5, DSO: 6 } as const

export const Rcode = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
  YXDOMAIN: 6,
  NOTAUTH: 9,
  BADVERS: 16,
  BADCOOKIE: 23,
} as const

const CLASS_NAMES = new Map<number, string>(Object.entries(RrClass).map(([name, code]) => [code, name]))
const TYPE_NAMES = new Map<number, string>(Object.entries(RrType).map(([name, code]) => [code, name]))
const RCODE_NAMES = new Map<number, string>(Object.entries(Rcode).map(([name, code]) => [code, name]))

/** `A`, `MX`, …, or `TYPE65280` (RFC 3597 §5) for a type without a name here. */
export function typeToText(type: number): string {
  return TYPE_NAMES.get(type) ?? `TYPE${type}`
}

/** The type that a mnemonic or `TYPEnnn` names, in any letter case; undefined if none. */
export function typeFromText(text: string): number | undefined {
  const upper = text.toUpperCase()
  if (Object.hasOwn(RrType, upper)) return RrType[upper as keyof typeof RrType]
  const generic = /^TYPE(\d{1,5})$/.exec(upper)
  const code = generic === null ? Number.NaN : Number(generic[1])
  return code <= 65535 ? code : undefined
}

/** `IN`, `CH`, …, or `CLASS32` (RFC 3597 §5). */
export function classToText(rrClass: number): string {
  return CLASS_NAMES.get(rrClass) ?? `CLASS${rrClass}`
}

/** The class that a mnemonic or `CLASSnnn` names, in any letter case; undefined if none. */
export function classFromText(text: string): number | undefined {
  const upper = text.toUpperCase()
  if (Object.hasOwn(RrClass, upper)) return RrClass[upper as keyof typeof RrClass]
  const generic = /^CLASS(\d{1,5})$/.exec(upper)
  const code = generic === null ? Number.NaN : Number(generic[1])
  return code <= 65535 ? code : undefined
}

/** `NOERROR`, `NXDOMAIN`, …, or `RCODEnn`. */
export function rcodeToText(rcode: number): string {
  return RCODE_NAMES.get(rcode) ?? `RCODE${rcode}`
}
