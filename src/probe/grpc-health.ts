/**
 * The two messages of grpc.health.v1.Health/Check, in protobuf and in the frames of gRPC.
 *
 *   HealthCheckRequest { string service = 1 }      HealthCheckResponse { ServingStatus status = 1 }
 *   frame: compressed u8, length u32, message
 */

const FRAME_BYTES = 5
/** Field 1 of wire type 2 (bytes), and of wire type 0 (varint). */
const SERVICE_TAG = 0x0a
const STATUS_TAG = 0x08

const STATUSES = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'] as const

/** The framed request. @param service at most 127 bytes as UTF-8; empty for the server as a whole */
export function encodeRequest(service: string): Buffer {
  const name = Buffer.from(service, 'utf8')
  const message = name.length === 0 ? name : Buffer.concat([Buffer.of(SERVICE_TAG, name.length), name])
  const frame = Buffer.alloc(FRAME_BYTES)
  frame.writeUInt32BE(message.length, 1)
  return Buffer.concat([frame, message])
}

/** The status in a framed response: `SERVING`, …, or `status 7`; undefined if the bytes are none. */
export function decodeStatus(frame: Buffer): string | undefined {
  if (frame.length < FRAME_BYTES || frame[0] !== 0) return undefined
  const message = frame.subarray(FRAME_BYTES)
  if (frame.readUInt32BE(1) !== message.length) return undefined
  const status = statusIn(message)
  return status === undefined ? undefined : (STATUSES[status] ?? `status ${status}`)
}

/** The last field 1 counts, others are passed over; without one it is 0 (protobuf's encoding). */
function statusIn(message: Buffer): number | undefined {
  const reader = new ProtobufReader(message)
  let status = 0
  while (!reader.atEnd) {
    const tag = reader.varint()
    if (tag === STATUS_TAG) status = reader.varint()
    else reader.skip(tag & 7)
    if (reader.failed) return undefined
  }
  return status
}

class ProtobufReader {
  readonly #bytes: Buffer
  #at = 0
  /** The bytes are not what protobuf allows; what is read from then on means nothing. */
  failed = false

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  get atEnd(): boolean {
    return this.#at >= this.#bytes.length
  }

  varint(): number {
    let value = 0
    for (let i = 0; i < 10 && !this.atEnd; i++) {
      const byte = this.#bytes[this.#at++] ?? 0
      value += (byte & 127) * 2 ** (7 * i)
      if (byte < 128) return value
    }
    this.failed = true
    return 0
  }

  /** Passes over a value of the wire type. */
  skip(wireType: number): void {
    // Read first: reading moves on too.
    const length = wireType === 0 || wireType === 2 ? this.varint() : 0
    if (wireType === 1) this.#at += 8
    else if (wireType === 2) this.#at += length
    else if (wireType === 5) this.#at += 4
    else if (wireType !== 0) this.failed = true
    if (this.#at > this.#bytes.length) this.failed = true
  }
}
