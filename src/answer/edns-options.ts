/** The EDNS options of a query that matter here, taken out of it: the response is made where they stand. */
import { CLIENT_COOKIE_BYTES } from './cookies.ts'

/** IANA "DNS EDNS0 Option Codes (OPT)". */
export const EdnsOption = {
  nsid: 3,
  clientSubnet: 8,
  expire: 9,
  cookie: 10,
  keepalive: 11,
  extendedError: 15,
} as const

export const OPTION_HEAD_BYTES = 4
const MAX_COOKIE_BYTES = 40
/** Family, two prefix lengths, and up to 16 bytes of address. */
const SUBNET_HEAD_BYTES = 4
const MAX_SUBNET_BYTES = SUBNET_HEAD_BYTES + 16

export class EdnsOptions {
  nsid = false
  expire = false
  keepalive = false
  /** 0 for none, 8 for a client cookie alone, 16 to 40 with a server cookie. */
  cookieLength = 0
  readonly cookie = new Uint8Array(MAX_COOKIE_BYTES)
  /** 0 for none. */
  subnetLength = 0
  /** The option's data as it came. */
  readonly subnet = new Uint8Array(MAX_SUBNET_BYTES)

  clear(): void {
    this.nsid = false
    this.expire = false
    this.keepalive = false
    this.cookieLength = 0
    this.subnetLength = 0
  }

  /**
   * Reads the data of the OPT record; of an option that is there twice the first counts (RFC 7873 §5.2). False where the options do not fill
   * the data exactly (RFC 6891 §6.1.2), or a cookie or client subnet is malformed.
   */
  read(bytes: Uint8Array, from: number, end: number): boolean {
    let at = from
    while (at + OPTION_HEAD_BYTES <= end) {
      const code = (bytes[at]! << 8) | bytes[at + 1]!
      const length = (bytes[at + 2]! << 8) | bytes[at + 3]!
      const data = at + OPTION_HEAD_BYTES
      at = data + length
      if (at > end || !this.#take(code, bytes, data, length)) return false
    }
    return at === end
  }

  #take(code: number, bytes: Uint8Array, at: number, length: number): boolean {
    switch (code) {
      case EdnsOption.nsid:
        this.nsid = true
        return true
      case EdnsOption.expire:
        this.expire = true
        return true
      case EdnsOption.keepalive:
        this.keepalive = true
        return true
      case EdnsOption.cookie:
        return this.cookieLength !== 0 || this.#takeCookie(bytes, at, length)
      case EdnsOption.clientSubnet:
        return this.subnetLength !== 0 || this.#takeSubnet(bytes, at, length)
      default:
        return true
    }
  }

  /** RFC 7873 §5.2.2: 8 bytes, or 16 to 40. */
  #takeCookie(bytes: Uint8Array, at: number, length: number): boolean {
    if (length !== CLIENT_COOKIE_BYTES && (length < 16 || length > MAX_COOKIE_BYTES)) return false
    for (let i = 0; i < length; i++) this.cookie[i] = bytes[at + i]!
    this.cookieLength = length
    return true
  }

  /** RFC 7871 §6: the scope is 0 in queries; just as many bytes of address as the prefix needs, the bits behind it 0. */
  #takeSubnet(bytes: Uint8Array, at: number, length: number): boolean {
    if (length < SUBNET_HEAD_BYTES) return false
    const family = (bytes[at]! << 8) | bytes[at + 1]!
    const prefix = bytes[at + 2]!
    if (prefix > maxPrefix(family) || bytes[at + 3] !== 0) return false
    if (length !== SUBNET_HEAD_BYTES + ((prefix + 7) >> 3)) return false
    if ((prefix & 7) !== 0 && (bytes[at + length - 1]! & (0xff >> (prefix & 7))) !== 0) return false
    for (let i = 0; i < length; i++) this.subnet[i] = bytes[at + i]!
    this.subnetLength = length
    return true
  }
}

/** Bits; family 0 is what a client sends that wants no subnet used. */
function maxPrefix(family: number): number {
  if (family === 1) return 32
  if (family === 2) return 128
  return family === 0 ? 0 : -1
}
