/** The numbers of the protocol and their names (IANA "Domain Name System (DNS) Parameters"). */

export const RrType = {
  A: 1,
  NS: 2,
  MD: 3,
  MF: 4,
  CNAME: 5,
  SOA: 6,
  MB: 7,
  MG: 8,
  MR: 9,
  NULL: 10,
  WKS: 11,
  PTR: 12,
  HINFO: 13,
  MINFO: 14,
  MX: 15,
  TXT: 16,
  RP: 17,
  AFSDB: 18,
  X25: 19,
  ISDN: 20,
  RT: 21,
  NSAP: 22,
  'NSAP-PTR': 23,
  SIG: 24,
  KEY: 25,
  PX: 26,
  GPOS: 27,
  AAAA: 28,
  LOC: 29,
  NXT: 30,
  EID: 31,
  NIMLOC: 32,
  SRV: 33,
  ATMA: 34,
  NAPTR: 35,
  KX: 36,
  CERT: 37,
  A6: 38,
  DNAME: 39,
  SINK: 40,
  OPT: 41,
  APL: 42,
  DS: 43,
  SSHFP: 44,
  IPSECKEY: 45,
  RRSIG: 46,
  NSEC: 47,
  DNSKEY: 48,
  DHCID: 49,
  NSEC3: 50,
  NSEC3PARAM: 51,
  TLSA: 52,
  SMIMEA: 53,
  HIP: 55,
  NINFO: 56,
  RKEY: 57,
  TALINK: 58,
  CDS: 59,
  CDNSKEY: 60,
  OPENPGPKEY: 61,
  CSYNC: 62,
  ZONEMD: 63,
  SVCB: 64,
  HTTPS: 65,
  DSYNC: 66,
  HHIT: 67,
  BRID: 68,
  SPF: 99,
  UINFO: 100,
  UID: 101,
  GID: 102,
  UNSPEC: 103,
  NID: 104,
  L32: 105,
  L64: 106,
  LP: 107,
  EUI48: 108,
  EUI64: 109,
  NXNAME: 128,
  TKEY: 249,
  TSIG: 250,
  IXFR: 251,
  AXFR: 252,
  MAILB: 253,
  MAILA: 254,
  ANY: 255,
  URI: 256,
  CAA: 257,
  AVC: 258,
  DOA: 259,
  AMTRELAY: 260,
  RESINFO: 261,
  WALLET: 262,
  CLA: 263,
  IPN: 264,
  TA: 32768,
  DLV: 32769,
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
