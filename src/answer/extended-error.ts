/** Why an answer is what it is, for those who can read it: Extended DNS Errors (RFC 8914). */

/** What is told of; fragments and slots hold the number. */
export const ExtendedError = {
  none: 0,
  allDown: 1,
  notAuthoritative: 2,
  notLoaded: 3,
  tooLarge: 4,
  nameTooLong: 5,
  cutOff: 6,
} as const
export type ExtendedError = (typeof ExtendedError)[keyof typeof ExtendedError]

/** INFO-CODE and EXTRA-TEXT, by number. */
const OPTIONS: readonly (readonly [code: number, text: string])[] = [
  [0, ''],
  [0, 'every endpoint is down; this is the answer for that case'],
  [20, ''],
  [24, 'the zone could not be loaded'],
  [0, 'the answer is larger than a message'],
  [0, 'a DNAME makes a name of more than 255 bytes'],
  [14, 'this server is cut off from the network'],
]

/** The option's data by number; empty for none. */
export const EXTENDED_ERRORS: readonly Uint8Array[] = OPTIONS.map(([code, text], number) =>
  number === ExtendedError.none
    ? new Uint8Array(0)
    : Buffer.concat([Uint8Array.of(code >> 8, code), Buffer.from(text)]),
)
