/** DNS messages (RFC 1035 §4, RFC 6891) as values. For tests and tools: answers do not come from here. */
import { ByteWriter } from './byte-writer.ts'
import { MessageReader } from './message-reader.ts'
import type { Name } from './name.ts'
import { Opcode, RrClass, RrType } from './types.ts'

interface Question {
  readonly name: Name
  readonly type: number
  readonly class: number
}

export interface MessageRecord {
  readonly owner: Name
  readonly type: number
  readonly class: number
  /** Seconds. */
  readonly ttl: number
  /** Names in it are uncompressed. */
  readonly data: Uint8Array
}

interface EdnsOption {
  readonly code: number
  readonly data: Uint8Array
}

interface Edns {
  /** Bytes. */
  readonly udpSize: number
  readonly version: number
  readonly dnssecOk: boolean
  readonly options: readonly EdnsOption[]
}

export interface Message {
  readonly id: number
  readonly opcode: number
  /** With the upper bits of EDNS, if there are any. */
  readonly rcode: number
  readonly isResponse: boolean
  readonly authoritative: boolean
  readonly truncated: boolean
  readonly recursionDesired: boolean
  readonly recursionAvailable: boolean
  readonly authenticData: boolean
  readonly checkingDisabled: boolean
  readonly questions: readonly Question[]
  readonly answer: readonly MessageRecord[]
  readonly authority: readonly MessageRecord[]
  /** Without the OPT record, which is `edns`. */
  readonly additional: readonly MessageRecord[]
  readonly edns: Edns | undefined
}

/** EDNS of a query. */
export interface EdnsSpec {
  /** Bytes. */
  readonly udpSize: number
  readonly dnssecOk?: boolean
  readonly version?: number
  readonly options?: readonly EdnsOption[]
}

export interface QuerySpec {
  readonly id: number
  readonly name: Name
  readonly type: number
  readonly class?: number
  readonly recursionDesired?: boolean
  readonly edns?: EdnsSpec
}

const QR = 0x8000
const AA = 0x0400
const TC = 0x0200
const RD = 0x0100
const RA = 0x0080
const AD = 0x0020
const CD = 0x0010
const DO = 0x8000

/**
 * Reads a message; undefined where the bytes are none: cut short, with something behind the end, pointers that do not lead
 * backwards, data that its type does not allow, or more than one OPT record. Never throws.
 */
export function decodeMessage(bytes: Uint8Array): Message | undefined {
  const reader = new MessageReader(bytes)
  const [id, flags, qdcount, ancount, nscount, arcount] = [1, 2, 3, 4, 5, 6].map(() => reader.u16()) as Head
  const questions = repeat(reader, qdcount, readQuestion)
  const answer = repeat(reader, ancount, readRecord)
  const authority = repeat(reader, nscount, readRecord)
  const all = repeat(reader, arcount, readRecord)
  if (reader.failed || !reader.atEnd) return undefined
  const [opt, ...more] = all.filter(isOpt)
  const edns = opt === undefined ? undefined : readEdns(opt)
  const misplaced = [...answer, ...authority, ...more].some(isOpt)
  if (misplaced || (opt !== undefined && edns === undefined)) return undefined
  return {
    id,
    opcode: (flags >> 11) & 15,
    rcode: (flags & 15) | (((opt?.ttl ?? 0) >>> 24) << 4),
    isResponse: (flags & QR) !== 0,
    authoritative: (flags & AA) !== 0,
    truncated: (flags & TC) !== 0,
    recursionDesired: (flags & RD) !== 0,
    recursionAvailable: (flags & RA) !== 0,
    authenticData: (flags & AD) !== 0,
    checkingDisabled: (flags & CD) !== 0,
    questions,
    answer,
    authority,
    additional: all.filter(record => !isOpt(record)),
    edns,
  }
}

type Head = [number, number, number, number, number, number]

/** A standard query with one question. */
export function encodeQuery({
  id,
  name,
  type,
  class: rrClass,
  recursionDesired,
  edns,
}: QuerySpec): Uint8Array {
  const out = new ByteWriter()
  out.u16(id)
  out.u16((Opcode.QUERY << 11) | (recursionDesired === true ? RD : 0))
  for (const count of [1, 0, 0, edns === undefined ? 0 : 1]) out.u16(count)
  out.latin1(name)
  out.u16(type)
  out.u16(rrClass ?? RrClass.IN)
  if (edns !== undefined) writeOpt(out, edns)
  return out.take()
}

/** The OPT record, to be put behind a message whose count of additional records has it. */
export function encodeOpt(edns: EdnsSpec): Uint8Array {
  const out = new ByteWriter()
  writeOpt(out, edns)
  return out.take()
}

function writeOpt(out: ByteWriter, edns: EdnsSpec): void {
  const { udpSize, dnssecOk = false, version = 0, options = [] } = edns
  out.u8(0)
  out.u16(RrType.OPT)
  out.u16(udpSize)
  out.u16(version)
  out.u16(dnssecOk ? DO : 0)
  out.u16(options.reduce((sum, { data }) => sum + 4 + data.length, 0))
  for (const { code, data } of options) {
    out.u16(code)
    out.u16(data.length)
    out.bytes(data)
  }
}

function repeat<T>(reader: MessageReader, count: number, read: (reader: MessageReader) => T): T[] {
  const values: T[] = []
  while (values.length < count && !reader.failed) values.push(read(reader))
  return values
}

function readQuestion(reader: MessageReader): Question {
  return { name: reader.name(), type: reader.u16(), class: reader.u16() }
}

function readRecord(reader: MessageReader): MessageRecord {
  const owner = reader.name()
  const type = reader.u16()
  const rrClass = reader.u16()
  const ttl = reader.u32()
  return { owner, type, class: rrClass, ttl, data: reader.data(type, rrClass) }
}

function isOpt({ type }: MessageRecord): boolean {
  return type === RrType.OPT
}

/** RFC 6891 §6.1.2, 6.1.3: the class is the size, the TTL holds the upper rcode, version and flags. */
function readEdns({ owner, class: udpSize, ttl, data }: MessageRecord): Edns | undefined {
  const reader = new MessageReader(data)
  const options: EdnsOption[] = []
  while (!reader.atEnd && !reader.failed)
    options.push({ code: reader.u16(), data: reader.bytes(reader.u16()) })
  if (reader.failed || owner.length !== 1) return undefined
  return { udpSize, version: (ttl >>> 16) & 255, dnssecOk: (ttl & DO) !== 0, options }
}
