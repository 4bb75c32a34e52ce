/** Hears from a server when something has changed: server-sent events (HTML Living Standard §9.2) at `/api/v1/events`. */
import { setTimeout as pause } from 'node:timers/promises'
import { request } from 'undici'
import type { Remote } from './api.ts'

/** The server says something every 15 s in any case. */
const LONGEST_SILENCE_MS = 40_000
const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 5000
/** Of a line that has not ended yet; of a longer one only the end is looked at. */
const MAX_LINE_CHARACTERS = 64 * 1024

/** Calls `told` at each event, and once it hears again after it could not. Comes back whenever it is cut off, until the signal. */
export async function followEvents(remote: Remote, told: () => void, signal: AbortSignal): Promise<void> {
  let pauseMs = FIRST_PAUSE_MS
  while (!signal.aborted) {
    const heard = await hear(remote, told, signal).catch(() => false)
    pauseMs = heard ? FIRST_PAUSE_MS : Math.min(2 * pauseMs, LONGEST_PAUSE_MS)
    await pause(pauseMs, undefined, { signal }).catch(() => undefined)
  }
}

/** Until the stream ends; false where there is none. */
async function hear({ url, token }: Remote, told: () => void, signal: AbortSignal): Promise<boolean> {
  const { statusCode, body } = await request(new URL('/api/v1/events', url), {
    headers: {
      accept: 'text/event-stream',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    headersTimeout: LONGEST_SILENCE_MS,
    bodyTimeout: LONGEST_SILENCE_MS,
    signal,
  })
  if (statusCode !== 200) {
    await body.dump()
    return false
  }
  told()
  await readEvents(body.setEncoding('utf8') as AsyncIterable<string>, told).catch(() => undefined)
  return true
}

/** Calls `told` at the end of each event that has data; comments are none. */
export async function readEvents(chunks: AsyncIterable<string>, told: () => void): Promise<void> {
  let line = ''
  let hasData = false
  for await (const chunk of chunks) {
    const [first = '', ...more] = chunk.split('\n')
    line = (line + first).slice(-MAX_LINE_CHARACTERS)
    for (const next of more) {
      if (line.startsWith('data:')) hasData = true
      if (line.trimEnd() === '' && hasData) {
        hasData = false
        told()
      }
      line = next.slice(-MAX_LINE_CHARACTERS)
    }
  }
}
