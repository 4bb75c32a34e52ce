/** `understudy status --watch`: shown anew as soon as a server tells of a change, and every few seconds. */
import { once } from 'node:events'
import { Blocks, type Display, Screen } from './display.ts'
import { followEvents } from './event-stream.ts'
import { type Seen, seenBy, seenText } from './seen.ts'
import { askAll, type Reply, remotes, replyText, type ServerOptions } from './servers.ts'
import { type Terminal, terminalOf } from './terminal.ts'

const EVERY_MS = 3000
/** What changes together is shown together. */
const GATHER_MS = 100
/** A server that does not answer does not keep the others from being shown. */
const LONGEST_MS = 2500

/** Gives the exit code, 0, when it is interrupted or nobody reads it any more. */
export async function watchStatus(
  name: string | undefined,
  options: ServerOptions & { readonly color?: boolean },
): Promise<number> {
  const servers = await remotes(options)
  const ended = untilInterrupted()
  const terminal = (): Terminal => terminalOf(process.stdout, process.env, options.color)
  const display: Display = process.stdout.isTTY
    ? new Screen(process.stdout, ended)
    : new Blocks(process.stdout)
  const bell = new Bell(ended)
  for (const remote of servers) void followEvents(remote, () => bell.ring(), ended)
  const aborted = once(ended, 'abort')
  while (!ended.aborted) {
    bell.hush()
    const asked = askAll(servers, remote => seenBy(remote, name, LONGEST_MS))
    const replies = await Promise.race([asked, aborted.then(() => undefined)])
    if (replies === undefined) break
    const text = (): string => replyText(replies, terminal().columns, seen => seenText(seen, terminal()))
    display.show(text, keyOf(replies))
    await bell.rest(GATHER_MS, EVERY_MS)
  }
  display.end()
  return 0
}

function untilInterrupted(): AbortSignal {
  const controller = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => controller.abort())
  process.stdout.on('error', () => controller.abort())
  return controller.signal
}

/** Wakes whoever rests. */
class Bell {
  readonly #signal: AbortSignal
  #rung = Promise.withResolvers<void>()

  constructor(signal: AbortSignal) {
    this.#signal = signal
  }

  ring(): void {
    this.#rung.resolve()
  }

  /** Forgets what has been rung. */
  hush(): void {
    this.#rung = Promise.withResolvers<void>()
  }

  /** Resolves when it rings, though not before the least time, or after the longest one. */
  async rest(leastMs: number, longestMs: number): Promise<void> {
    await this.#pause(leastMs)
    await Promise.race([this.#rung.promise, this.#pause(longestMs - leastMs)])
  }

  #pause(ms: number): Promise<void> {
    return new Promise(resolve => {
      const done = (): void => {
        clearTimeout(timer)
        this.#signal.removeEventListener('abort', done)
        resolve()
      }
      const timer = setTimeout(done, ms)
      this.#signal.addEventListener('abort', done)
      if (this.#signal.aborted) done()
    })
  }
}

/** What only tells of the time that passes: ages, counters, latencies, the TTL as it runs down. */
const PASSING = new Set([
  'verdictAgeSeconds',
  'passes',
  'fails',
  'at',
  'detail',
  'latencyMs',
  'latenciesMs',
  'ttlNow',
])

/** Equal for replies of which a person would say that nothing has changed. */
function keyOf(replies: readonly Reply<Seen>[]): string {
  return JSON.stringify(replies, (key, value: unknown) => {
    if (key === 'alarms' && Array.isArray(value)) return value.map(alarm => String(alarm).replace(/\d+/g, ''))
    return PASSING.has(key) ? undefined : value
  })
}
