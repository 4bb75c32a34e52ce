/** Character strings in presentation form (RFC 1035 §5.1): text with escapes, one character a byte. */

/** The bytes that the text means, one character each; undefined if an escape in it is bad. */
export function unescapeText(text: string): string | undefined {
  let from = 0
  let plain = ''
  for (let at = text.indexOf('\\'); at !== -1; at = text.indexOf('\\', from)) {
    plain += text.slice(from, at)
    const digits = /^\d/.test(text.slice(at + 1, at + 2)) ? text.slice(at + 1, at + 4) : undefined
    if (digits === undefined) {
      if (at + 1 >= text.length) return undefined
      plain += text.slice(at + 1, at + 2)
      from = at + 2
    } else {
      if (!/^\d{3}$/.test(digits) || Number(digits) > 255) return undefined
      plain += String.fromCharCode(Number(digits))
      from = at + 4
    }
  }
  return plain + text.slice(from)
}

/** The bytes between quotes, escaped so that `unescapeText` reads them back. */
export function quote(bytes: Uint8Array): string {
  let text = '"'
  for (const byte of bytes) {
    if (byte < 32 || byte > 126) text += `\\${String(byte).padStart(3, '0')}`
    else if (byte === 0x22 || byte === 0x5c) text += `\\${String.fromCharCode(byte)}`
    else text += String.fromCharCode(byte)
  }
  return `${text}"`
}
