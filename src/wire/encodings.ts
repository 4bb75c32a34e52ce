/** Bytes as hexadecimal, base64 and base32hex (RFC 4648). */

const BASE32HEX = '0123456789ABCDEFGHIJKLMNOPQRSTUV'

/** The bytes in lower-case hexadecimal. */
export function toHex(bytes: Uint8Array): string {
  return view(bytes).toString('hex')
}

export function toBase64(bytes: Uint8Array): string {
  return view(bytes).toString('base64')
}

/** The bytes of a text in base64 with its padding; undefined if it is not the one text of those bytes. */
export function fromBase64(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? bytes : undefined
}

/** In capitals and without padding, as RFC 5155 has it. */
export function toBase32Hex(bytes: Uint8Array): string {
  let text = ''
  let bits = 0
  let pending = 0
  for (const byte of bytes) {
    pending = ((pending << 8) | byte) & 0xfff
    for (bits += 8; bits >= 5; bits -= 5) text += BASE32HEX[(pending >> (bits - 5)) & 31]
  }
  return bits === 0 ? text : text + BASE32HEX[(pending << (5 - bits)) & 31]
}

/** The bytes of a text in base32hex without padding, in any letter case; undefined if it is not the text of any. */
export function fromBase32Hex(text: string): Uint8Array | undefined {
  const bytes: number[] = []
  let bits = 0
  let pending = 0
  for (const char of text.toUpperCase()) {
    const digit = BASE32HEX.indexOf(char)
    if (digit === -1) return undefined
    pending = ((pending << 5) | digit) & 0xfff
    bits += 5
    if (bits < 8) continue
    bits -= 8
    bytes.push((pending >> bits) & 255)
  }
  const spare = pending & ((1 << bits) - 1)
  return bits < 5 && spare === 0 ? Uint8Array.from(bytes) : undefined
}

function view(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
}
