/** The `icmp` health check: the endpoint answers echo requests. */
import { randomBytes } from 'node:crypto'
import { parseAddress } from '#base/address.ts'
import { formatDuration } from '#base/duration.ts'
import { type IcmpOpened, type IcmpSocket, openIcmpSocket } from '#os/icmp-socket.ts'
import { Deadline } from './deadline.ts'
import { failureOf } from './failure.ts'
import { type Finding, fail, inconclusive, pass } from './finding.ts'
import type { IcmpSpec } from './spec.ts'

/** Tells our replies from those to other programs; so many bytes are what most others send. */
const PAYLOAD_BYTES = 56
const LONGEST_GAP_MS = 200

/**
 * Sends `count` echo requests, spread over at most half of the time, and passes as soon as enough of them are answered. Never throws;
 * ends with the time-out at the latest.
 */
export async function probeIcmp(spec: IcmpSpec, address: string, timeoutMs: number): Promise<Finding> {
  try {
    const opened = open(spec, address)
    if ('forbidden' in opened) return inconclusive('not-permitted', opened.forbidden)
    using socket = opened.socket
    using deadline = new Deadline(timeoutMs)
    using echoes = new Echoes(socket, spec, timeoutMs)
    return await new Promise<Finding>((resolve, reject) => {
      deadline.onExpired(() => resolve(echoes.missing()))
      echoes.run(resolve, reject)
    })
  } catch (error) {
    return failureOf(error, { address, sourceAddress: spec.sourceAddress })
  }
}

function open({ sourceAddress }: IcmpSpec, address: string): IcmpOpened {
  const target = parseAddress(address)
  if (target === undefined) throw new Error(`${address} is not an address`)
  return openIcmpSocket(target, sourceAddress === undefined ? undefined : parseAddress(sourceAddress))
}

/** The requests of one probe and the replies to them. */
class Echoes implements Disposable {
  readonly #socket: IcmpSocket
  readonly #count: number
  readonly #needed: number
  readonly #timeoutMs: number
  readonly #payload = randomBytes(PAYLOAD_BYTES)
  readonly #answered = new Set<number>()
  #sent = 0
  #lost = 0
  #timer: NodeJS.Timeout | undefined

  constructor(socket: IcmpSocket, { count, maxLossPercent }: IcmpSpec, timeoutMs: number) {
    this.#socket = socket
    this.#count = count
    this.#needed = Math.max(1, count - Math.floor((count * maxLossPercent) / 100))
    this.#timeoutMs = timeoutMs
  }

  /** Resolves once enough is answered; rejects with the system's word once too many requests have met with it. */
  run(resolve: (finding: Finding) => void, reject: (error: Error) => void): void {
    this.#socket.onReply = (sequence, payload) => {
      if (sequence < 1 || sequence > this.#sent || !this.#payload.equals(payload)) return
      this.#answered.add(sequence)
      const answered = this.#answered.size
      if (answered >= this.#needed) resolve(pass(`${answered} of ${this.#sent} answered`))
    }
    const lost = (error: Error): void => {
      this.#lost++
      if (this.#count - this.#lost < this.#needed) reject(error)
    }
    this.#socket.onError = lost
    const gapMs = Math.min(LONGEST_GAP_MS, this.#timeoutMs / (2 * this.#count))
    const send = (): void => {
      const error = this.#socket.send(++this.#sent, this.#payload)
      if (error !== undefined) lost(error)
      if (this.#sent < this.#count) this.#timer = setTimeout(send, gapMs)
    }
    send()
  }

  /** The finding once the time is over. */
  missing(): Finding {
    const within = `within ${formatDuration(this.#timeoutMs)}`
    const answered = this.#answered.size
    if (answered === 0) return fail('timeout', `no reply ${within}`)
    return fail('loss', `${answered} of ${this.#sent} answered ${within}, at least ${this.#needed} must be`)
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer)
  }
}
