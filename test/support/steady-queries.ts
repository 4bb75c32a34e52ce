/** Asks one question over and over, each as soon as the one before is answered, and keeps account: not one may be lost. */
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { decodeMessage, encodeQuery, type Message } from '#wire/message.ts'
import { name } from '#wire/name.ts'
import { dataToText } from '#wire/record-data.ts'
import { RrType, rcodeToText } from '#wire/types.ts'
import type { DnsAddress } from './server-process.ts'

/** A query without an answer for so long is lost, unless said otherwise. */
const LOST_MS = 1000
const PATIENCE_MS = 20_000

interface Waiter {
  readonly answer: string
  readonly resolve: () => void
}

export class SteadyQueries implements AsyncDisposable {
  readonly #socket: Socket
  readonly #question: string
  readonly #lostMs: number
  readonly #waiters = new Set<Waiter>()
  #counted = Promise.withResolvers<void>()
  #id = 0
  #timer: NodeJS.Timeout | undefined
  answered = 0
  lost = 0
  /** The answers in their order, one entry for each change: addresses, or the response code. */
  readonly answers: string[] = []

  private constructor(socket: Socket, question: string, lostMs: number) {
    this.#socket = socket
    this.#question = question
    this.#lostMs = lostMs
    socket.on('message', bytes => this.#take(decodeMessage(bytes)))
    this.#ask()
  }

  /** Begins to ask for the addresses of the name. */
  static async start(
    { address, port }: DnsAddress,
    question: string,
    lostMs = LOST_MS,
  ): Promise<SteadyQueries> {
    const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4')
    socket.connect(port, address)
    await once(socket, 'connect')
    // A server that is not there at the moment is a lost query, no fault of the test.
    socket.on('error', () => undefined)
    return new SteadyQueries(socket, question, lostMs)
  }

  /** Resolves when the next query is answered or lost. */
  next(): Promise<void> {
    return this.#counted.promise
  }

  /** Resolves at the next answer, from now on, that is this one. Rejects if it does not come. */
  until(answer: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const said = (): string =>
        `${answer} was not answered in time, but ${this.answers.join(', then ') || 'nothing'}`
      const timer = setTimeout(() => reject(new Error(said())), PATIENCE_MS)
      const waiter: Waiter = {
        answer,
        resolve: () => {
          clearTimeout(timer)
          resolve()
        },
      }
      this.#waiters.add(waiter)
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#timer)
    const closed = once(this.#socket, 'close')
    this.#socket.close()
    await closed
  }

  #ask(): void {
    this.#id = (this.#id + 1) & 0xffff
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.lost++
      this.#count()
      this.#ask()
    }, this.#lostMs)
    const question = { name: name(`${this.#question}.`), type: RrType.A }
    // A resolver looks nothing up unless it is asked to.
    this.#socket.send(encodeQuery({ id: this.#id, recursionDesired: true, ...question }))
  }

  #take(message: Message | undefined): void {
    if (message?.id !== this.#id) return
    this.answered++
    const answer = textOf(message)
    if (this.answers.at(-1) !== answer) this.answers.push(answer)
    for (const waiter of this.#waiters) {
      if (waiter.answer !== answer) continue
      this.#waiters.delete(waiter)
      waiter.resolve()
    }
    this.#count()
    this.#ask()
  }

  #count(): void {
    this.#counted.resolve()
    this.#counted = Promise.withResolvers<void>()
  }
}

function textOf({ rcode, answer }: Message): string {
  const addresses = answer.map(({ type, data }) => dataToText(type, data))
  return addresses.sort().join(' ') || rcodeToText(rcode)
}
