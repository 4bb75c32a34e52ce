/** Reading master files in tests, and zones as text. */
import { formatComplaint } from '#base/complaint.ts'
import { name, nameToText } from '#wire/name.ts'
import { dataToText } from '#wire/record-data.ts'
import { typeToText } from '#wire/types.ts'
import { type MasterFileResult, readMasterFile } from '#zone/master-file.ts'
import type { Zone } from '#zone/zone.ts'

export const HEAD = `$TTL 1h
@ IN SOA ns1 host 1 2h 15m 2w 5m
@ NS ns1
ns1 A 192.0.2.53
`

/** Reads the text as the zone file of example.test. */
export function read(text: string, expectOrigin?: string): MasterFileResult {
  const expected = expectOrigin === undefined ? {} : { expectOrigin: name(expectOrigin) }
  return readMasterFile(Buffer.from(text), { file: 'z', origin: name('example.test.'), ...expected })
}

/** The complaints without their excerpts. */
export function complaintsOf(text: string, expectOrigin?: string): string[] {
  return read(text, expectOrigin).complaints.map(({ excerpt, ...rest }) => formatComplaint(rest))
}

/** The complaints about what follows `HEAD`, whose lines are not counted. */
export function complaintsBelow(text: string): string[] {
  return read(HEAD + text).complaints.map(({ excerpt, line, ...rest }) =>
    formatComplaint({ ...rest, line: Math.max(0, line - 4) }),
  )
}

/** The records as lines of text, in the order of the file. */
export function linesOf(zone: Zone | undefined): string[] {
  return [...(zone?.nodes ?? [])].flatMap(([owner, node]) =>
    [...node.values()].flatMap(({ type, ttl, data }) =>
      data.map(one => `${nameToText(owner)} ${ttl} ${typeToText(type)} ${dataToText(type, one)}`),
    ),
  )
}

/** The records that the text after `HEAD` gives, without those of `HEAD`; the complaints if there are any. */
export function recordsOf(text: string): string[] {
  const { zone, complaints } = read(HEAD + text)
  if (complaints.length > 0) return complaints.map(formatComplaint)
  const known = new Set(linesOf(read(HEAD).zone))
  return linesOf(zone).filter(line => !known.has(line))
}
