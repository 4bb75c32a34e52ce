/** Reads a master file (RFC 1035 §5) into a zone, or says all that is wrong with it. */
import type { Complaint } from '#base/complaint.ts'
import type { Name } from '#wire/name.ts'
import { ComplaintList } from './complaint-list.ts'
import { EntryReader } from './entry-reader.ts'
import { Lexer } from './lexer.ts'
import type { Zone } from './zone.ts'
import { ZoneBuilder } from './zone-builder.ts'
import { checkZone } from './zone-checks.ts'

export interface MasterFileOptions {
  /** As complaints name it. */
  readonly file: string
  /** What relative names are below until the file says otherwise. */
  readonly origin: Name
  /** What the zone has to be, where that is known; else it is the owner of the SOA. */
  readonly expectOrigin?: Name
}

export interface MasterFileResult {
  /** Undefined if there is an error among the complaints. */
  readonly zone: Zone | undefined
  /** The owner of the SOA in lower case, also of a zone with errors; undefined if no SOA could be read. */
  readonly origin: Name | undefined
  /** In the order of the file; at most 100, and one that says how many more there are. */
  readonly complaints: readonly Complaint[]
}

/** Reads all of the file, whatever is wrong with it: what cannot be read ends at the next line. Never throws. */
export function readMasterFile(
  bytes: Uint8Array,
  { file, origin, expectOrigin }: MasterFileOptions,
): MasterFileResult {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
  const complaints = new ComplaintList(file, text)
  const builder = new ZoneBuilder(expectOrigin, complaints)
  const reader = new EntryReader(origin, complaints)
  const lexer = new Lexer(text)
  for (let entry = lexer.next(); entry !== undefined; entry = lexer.next()) {
    const placed = reader.read(entry)
    if (placed !== undefined) builder.place(placed)
  }
  const { zone, soaAt, noted } = builder
  if (zone !== undefined && soaAt !== undefined) checkZone(zone, soaAt, noted, complaints)
  else if (!reader.soaFailed) complaints.error(undefined, 'there is no SOA record, so this is no zone')
  return {
    zone: complaints.hasErrors ? undefined : zone,
    origin: zone?.origin,
    complaints: complaints.finish(),
  }
}
