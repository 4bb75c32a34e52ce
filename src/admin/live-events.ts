/** Events as they happen, for pages that follow them (server-sent events, HTML Living Standard §9.2). */
import type { ServerResponse } from 'node:http'
import type { FastifyInstance } from 'fastify'
import type { TransitionView } from '#control/view.ts'
import { Problem } from './problem.ts'

const MAX_FOLLOWERS = 32
/** So often something is said in any case: whoever hears nothing for longer knows that this server has gone. */
const SAY_EVERY_MS = 15_000
/** A follower that takes nothing in for so long a text is let go: it comes back and asks for everything. */
const MAX_WAITING_BYTES = 256 * 1024

export class LiveEvents {
  readonly #followers = new Set<ServerResponse>()

  /** Tells all that follow. */
  transition(transition: TransitionView): void {
    this.#say('transition', transition)
  }

  /** The configuration is another one. */
  reload(result: 'success' | 'failure'): void {
    this.#say('reload', { result })
  }

  get size(): number {
    return this.#followers.size
  }

  /** Throws a `Problem` where there are too many already. */
  add(response: ServerResponse, headers: Readonly<Record<string, string>>): void {
    if (this.#followers.size >= MAX_FOLLOWERS)
      throw new Problem(503, `${MAX_FOLLOWERS} follow the events already`)
    const timer = setInterval(() => this.#write(response, ': here\n\n'), SAY_EVERY_MS)
    timer.unref()
    this.#followers.add(response)
    response.once('close', () => {
      clearInterval(timer)
      this.#followers.delete(response)
    })
    response.writeHead(200, { ...headers, 'content-type': 'text/event-stream' })
    response.write(': here\n\n')
  }

  #say(event: string, data: object): void {
    if (this.#followers.size === 0) return
    const text = `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
    for (const response of this.#followers) this.#write(response, text)
  }

  #write(response: ServerResponse, text: string): void {
    if (response.writableLength > MAX_WAITING_BYTES) response.destroy()
    else response.write(text)
  }
}

/** Adds `/api/v1/events`. */
export function addLiveEvents(app: FastifyInstance, live: LiveEvents): void {
  const documented = {
    summary: 'Events as they happen (server-sent)',
    answer: 'text/event-stream',
    problems: [503],
  } as const
  app.get('/api/v1/events', { config: { documented } }, (_request, reply) => {
    const headers = Object.fromEntries(
      Object.entries(reply.getHeaders()).map(([name, value]) => [name, String(value)]),
    )
    live.add(reply.raw, headers)
    reply.hijack()
  })
}
