/** The values of SVCB parameters (RFC 9460 §7 and those of later RFCs): what is valid, as text, and from text. */
import { type Address, addressFromBytes, parseAddress } from '#base/address.ts'
import { quote } from './character-string.ts'
import { fromBase64, toBase64 } from './encodings.ts'

export interface SvcbValue {
  /** What the text of a value is, for complaints; undefined where there is none. */
  readonly what: string | undefined
  isValid(value: Uint8Array): boolean
  /** What stands behind the `=`; empty if there is no value. */
  toText(value: Uint8Array): string
  /** The value of a text with its escapes undone, one character a byte; undefined if it is none. */
  fromText(text: string): Uint8Array | undefined
}

/** A key of which nothing is known: any bytes. */
export const OPAQUE: SvcbValue = {
  what: 'a text',
  isValid: () => true,
  toText: value => (value.length === 0 ? '' : quote(value)),
  fromText: bytesOf,
}

export const ALPN: SvcbValue = {
  what: 'protocols between commas, such as h2,h3',
  isValid: value => value.length > 0 && itemsOf(value) !== undefined,
  toText: value => {
    const items = (itemsOf(value) ?? []).map(item => item.replace(/[\\,]/g, '\\$&'))
    return quote(bytesOf(items.join(',')))
  },
  fromText: text => {
    const items = splitList(text)
    return items?.every(item => item !== '' && item.length < 256) === true
      ? bytesOf(items.map(item => String.fromCharCode(item.length) + item).join(''))
      : undefined
  },
}

/** A key that is there or not. */
export const NOTHING: SvcbValue = {
  what: undefined,
  isValid: value => value.length === 0,
  toText: () => '',
  fromText: text => (text === '' ? new Uint8Array() : undefined),
}

export const PORT: SvcbValue = {
  what: 'a number from 0 to 65535',
  isValid: value => value.length === 2,
  toText: ([high = 0, low = 0]) => String(high * 256 + low),
  fromText: text => {
    const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
    return port <= 65535 ? Uint8Array.of(port >> 8, port & 255) : undefined
  },
}

export const IPV4_HINTS = addresses('ipv4', 4, 'IPv4 addresses between commas')
export const IPV6_HINTS = addresses('ipv6', 16, 'IPv6 addresses between commas')

export const ECH: SvcbValue = {
  what: 'base64 in one piece',
  isValid: value => value.length > 0,
  toText: toBase64,
  fromText: fromBase64,
}

export const DOH_PATH: SvcbValue = {
  what: 'a path with the variable dns, such as /dns-query{?dns} (RFC 9461)',
  isValid: value => {
    const text = Buffer.from(value).toString('utf8')
    return Buffer.from(text, 'utf8').equals(value) && isDohTemplate(text)
  },
  toText: quote,
  fromText: bytesOf,
}

function addresses(family: Address['family'], bytes: number, what: string): SvcbValue {
  return {
    what,
    isValid: value => value.length > 0 && value.length % bytes === 0,
    toText: value => {
      const texts: string[] = []
      for (let at = 0; at < value.length; at += bytes)
        texts.push(addressFromBytes(value.subarray(at, at + bytes)).text)
      return texts.join(',')
    },
    fromText: text => {
      const parsed = text.split(',').map(parseAddress)
      return parsed.every(address => address?.family === family)
        ? Buffer.concat(parsed.flatMap(address => (address === undefined ? [] : [address.bytes])))
        : undefined
    },
  }
}

/** RFC 9461 §5, as far as it can be told: a path, and a template (RFC 6570 §2.2) that has the variable `dns`. */
function isDohTemplate(text: string): boolean {
  const variables = Array.from(text.matchAll(/\{[+#./;?&]?([^{}]*)\}/g), ([, names = '']) =>
    names.split(','),
  ).flat()
  return text.startsWith('/') && variables.some(variable => /^dns(?:\*|:\d+)?$/.test(variable))
}

/** The items of a list, whose commas and backslashes are escaped (RFC 9460 appendix A.1); undefined for another escape. */
function splitList(text: string): string[] | undefined {
  const items = ['']
  for (let at = 0; at < text.length; at++) {
    const char = text[at] ?? ''
    if (char === ',') {
      items.push('')
      continue
    }
    const escaped = char === '\\' ? (text[++at] ?? '') : char
    if (char === '\\' && escaped !== ',' && escaped !== '\\') return undefined
    items.push(items.pop() + escaped)
  }
  return items
}

/** The items that lie behind a byte of length each; undefined where they do not fill the value, or one is empty. */
function itemsOf(value: Uint8Array): string[] | undefined {
  const items: string[] = []
  for (let at = 0; at < value.length; ) {
    const length = value[at] ?? 0
    const end = at + 1 + length
    if (length === 0 || end > value.length) return undefined
    items.push(Buffer.from(value.subarray(at + 1, end)).toString('latin1'))
    at = end
  }
  return items
}

function bytesOf(text: string): Uint8Array {
  return Buffer.from(text, 'latin1')
}
