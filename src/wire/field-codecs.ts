/** How each kind of field is read from text, measured in wire form, and written as text. */
import { EUI48, EUI64, HALF_IPV6, IPV4, IPV6 } from './address-codecs.ts'
import { PREFIXES } from './apl.ts'
import {
  BASE64,
  DS_DIGEST,
  HEX,
  NSEC3_NEXT,
  NSEC3_SALT,
  OPTIONAL_BASE64,
  SSHFP_DIGEST,
  ZONEMD_DIGEST,
} from './byte-codecs.ts'
import type { FieldCodec } from './field-codec.ts'
import { HIP_IDENTITY } from './hip.ts'
import { IPSECKEY_GATEWAY } from './ipseckey-gateway.ts'
import { LOCATION } from './loc.ts'
import {
  ALGORITHMS,
  CERTIFICATES,
  DIGESTS,
  DSYNC_SCHEMES,
  TLSA_MATCHING,
  TLSA_SELECTORS,
  TLSA_USAGES,
} from './mnemonics.ts'
import { NAME, NAMES } from './name-codecs.ts'
import { DURATION, mnemonic, SIGNATURE_TIME, TYPE, U8, U16, U32 } from './number-codecs.ts'
import type { FieldKind } from './record-fields.ts'
import { CAA_TAG, LONG_TEXT, STRING, STRINGS, URI } from './string-codecs.ts'
import { SVCB_PARAMS } from './svcb-params.ts'
import { OPTIONAL_TYPE_BITMAP, TYPE_BITMAP } from './type-bitmap.ts'

export { show, type TextToken } from './field-codec.ts'
export { nameProblem } from './name-codecs.ts'

/** By the kind of field. */
export const CODECS: Readonly<Record<FieldKind, FieldCodec>> = {
  name: NAME,
  'folded-name': NAME,
  'compressible-name': NAME,
  names: NAMES,
  u8: U8,
  u16: U16,
  u32: U32,
  duration: DURATION,
  'signature-time': SIGNATURE_TIME,
  type: TYPE,
  algorithm: mnemonic(1, ALGORITHMS, 'ECDSAP256SHA256'),
  'digest-type': mnemonic(1, DIGESTS, 'SHA-256'),
  'certificate-type': mnemonic(2, CERTIFICATES, 'PKIX'),
  'tlsa-usage': mnemonic(1, TLSA_USAGES, 'DANE-EE'),
  'tlsa-selector': mnemonic(1, TLSA_SELECTORS, 'SPKI'),
  'tlsa-matching': mnemonic(1, TLSA_MATCHING, 'SHA2-256'),
  'dsync-scheme': mnemonic(1, DSYNC_SCHEMES, 'NOTIFY'),
  ipv4: IPV4,
  ipv6: IPV6,
  'half-ipv6': HALF_IPV6,
  eui48: EUI48,
  eui64: EUI64,
  string: STRING,
  strings: STRINGS,
  'long-text': LONG_TEXT,
  uri: URI,
  'caa-tag': CAA_TAG,
  hex: HEX,
  base64: BASE64,
  'optional-base64': OPTIONAL_BASE64,
  'ds-digest': DS_DIGEST,
  'sshfp-digest': SSHFP_DIGEST,
  'zonemd-digest': ZONEMD_DIGEST,
  'nsec3-salt': NSEC3_SALT,
  'nsec3-next': NSEC3_NEXT,
  'type-bitmap': TYPE_BITMAP,
  'optional-type-bitmap': OPTIONAL_TYPE_BITMAP,
  prefixes: PREFIXES,
  location: LOCATION,
  'ipseckey-gateway': IPSECKEY_GATEWAY,
  'hip-identity': HIP_IDENTITY,
  'svcb-params': SVCB_PARAMS,
}
