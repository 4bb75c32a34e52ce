/** Messages in pieces, put together as they are said to be, right or wrong. */
import { ByteWriter } from '#wire/byte-writer.ts'
import type { Name } from '#wire/name.ts'
import { RrClass, RrType } from '#wire/types.ts'

export interface RawMessage {
  readonly opcode?: number
  /** The other bits of the header's second word. */
  readonly flags?: number
  readonly questions?: readonly Uint8Array[]
  readonly answer?: readonly Uint8Array[]
  readonly authority?: readonly Uint8Array[]
  readonly additional?: readonly Uint8Array[]
  /** In place of what the sections hold. */
  readonly counts?: readonly [number, number, number, number]
  /** What comes behind the sections. */
  readonly behind?: Uint8Array
}

/** The message with the ID 0. */
export function encodeRaw({ opcode = 0, flags = 0, behind, counts, ...message }: RawMessage): Uint8Array {
  const { questions = [], answer = [], authority = [], additional = [] } = message
  const sections = [questions, answer, authority, additional]
  const out = new ByteWriter()
  out.u16(0)
  out.u16((opcode << 11) | flags)
  for (const count of counts ?? sections.map(section => section.length)) out.u16(count)
  for (const bytes of sections.flat()) out.bytes(bytes)
  if (behind !== undefined) out.bytes(behind)
  return out.take()
}

export function question(owner: Name, type: number, rrClass: number = RrClass.IN): Uint8Array {
  const out = new ByteWriter()
  out.latin1(owner)
  out.u16(type)
  out.u16(rrClass)
  return out.take()
}

/** @param ttl seconds */
export function record(
  owner: Name,
  type: number,
  rrClass: number,
  ttl: number,
  data: Uint8Array = new Uint8Array(0),
): Uint8Array {
  const out = new ByteWriter()
  out.bytes(question(owner, type, rrClass))
  out.u32(ttl)
  out.u16(data.length)
  out.bytes(data)
  return out.take()
}

export interface RawOpt {
  readonly ownerBytes?: Uint8Array
  /** Bytes that the client takes by UDP. */
  readonly size?: number
  /** The upper bits of the code. */
  readonly rcode?: number
  readonly version?: number
  readonly flags?: number
  readonly data?: Uint8Array
  /** In place of the length of the data. */
  readonly length?: number
}

/** An OPT record (RFC 6891 §6.1.2); as a good client sends it, but for what is said. */
export function opt({
  ownerBytes = Uint8Array.of(0),
  size = 1232,
  rcode = 0,
  version = 0,
  flags = 0,
  data = new Uint8Array(0),
  length = data.length,
}: RawOpt = {}): Uint8Array {
  const out = new ByteWriter()
  out.bytes(ownerBytes)
  out.u16(RrType.OPT)
  out.u16(size)
  out.u8(rcode)
  out.u8(version)
  out.u16(flags)
  out.u16(length)
  out.bytes(data)
  return out.take()
}
