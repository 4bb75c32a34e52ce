/** Names that people write for numbers in record data (IANA's registries), in capitals. */

export type Mnemonics = ReadonlyMap<string, number>

/** DNSSEC algorithms (RFC 4034 appendix A.1 and what came later), with the names of RFC 5155's twins. */
export const ALGORITHMS: Mnemonics = new Map([
  ['RSAMD5', 1],
  ['DH', 2],
  ['DSA', 3],
  ['RSASHA1', 5],
  ['DSA-NSEC3-SHA1', 6],
  ['NSEC3DSA', 6],
  ['RSASHA1-NSEC3-SHA1', 7],
  ['NSEC3RSASHA1', 7],
  ['RSASHA256', 8],
  ['RSASHA512', 10],
  ['ECC-GOST', 12],
  ['ECDSAP256SHA256', 13],
  ['ECDSAP384SHA384', 14],
  ['ED25519', 15],
  ['ED448', 16],
  ['SM2SM3', 17],
  ['ECC-GOST12', 23],
  ['INDIRECT', 252],
  ['PRIVATEDNS', 253],
  ['PRIVATEOID', 254],
])

/** Digests of delegation signers. */
export const DIGESTS: Mnemonics = new Map([
  ['SHA-1', 1],
  ['SHA1', 1],
  ['SHA-256', 2],
  ['SHA256', 2],
  ['GOST', 3],
  ['SHA-384', 4],
  ['SHA384', 4],
])

/** RFC 4398 §2.1. */
export const CERTIFICATES: Mnemonics = new Map([
  ['PKIX', 1],
  ['SPKI', 2],
  ['PGP', 3],
  ['IPKIX', 4],
  ['ISPKI', 5],
  ['IPGP', 6],
  ['ACPKIX', 7],
  ['IACPKIX', 8],
  ['URI', 253],
  ['OID', 254],
])

/** RFC 7218 §2. */
export const TLSA_USAGES: Mnemonics = new Map([
  ['PKIX-TA', 0],
  ['PKIX-EE', 1],
  ['DANE-TA', 2],
  ['DANE-EE', 3],
  ['PRIVCERT', 255],
])

export const TLSA_SELECTORS: Mnemonics = new Map([
  ['CERT', 0],
  ['SPKI', 1],
  ['PRIVSEL', 255],
])

export const TLSA_MATCHING: Mnemonics = new Map([
  ['FULL', 0],
  ['SHA2-256', 1],
  ['SHA2-512', 2],
  ['PRIVMATCH', 255],
])

/** RFC 9859 §2. */
export const DSYNC_SCHEMES: Mnemonics = new Map([['NOTIFY', 1]])
