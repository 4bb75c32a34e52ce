/** Questions to the server that this page comes from. */
const KEY = 'understudy-token'
/** A server that is silent for longer has gone: it says something every 15 s. */
const SILENCE_MS = 40_000
const RETRY_MS = 2000

/** Kept for as long as the window is open. */
export function setToken(token) {
  sessionStorage.setItem(KEY, token)
}

function headers(more = {}) {
  const token = sessionStorage.getItem(KEY)
  return token === null ? more : { ...more, authorization: `Bearer ${token}` }
}

/** The answer's JSON. Throws, with the words of the problem document, and its `status`, where it is none of success. */
export async function ask(path, { method = 'GET', body } = {}) {
  const response = await fetch(path, {
    method,
    headers: headers(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(15_000),
  })
  const text = await response.text()
  if (response.ok) return text === '' ? undefined : JSON.parse(text)
  throw Object.assign(new Error(wordsOf(text) ?? `the server answers ${response.status}`), {
    status: response.status,
  })
}

function wordsOf(text) {
  try {
    return JSON.parse(text).detail
  } catch {
    return undefined
  }
}

/**
 * Follows server-sent events, and begins again whenever they end. By fetch: EventSource can send no token.
 *
 * @returns a function that ends it
 */
export function follow(path, { onEvent, onState }) {
  const ended = new AbortController()
  void run()
  return () => ended.abort()

  async function run() {
    while (!ended.signal.aborted) {
      try {
        await listen()
      } catch {
        // It is tried again.
      }
      onState(false)
      await new Promise(resolve => setTimeout(resolve, RETRY_MS))
    }
  }

  async function listen() {
    const silent = new AbortController()
    let timer = setTimeout(() => silent.abort(), SILENCE_MS)
    try {
      const signal = AbortSignal.any([ended.signal, silent.signal])
      const response = await fetch(path, { headers: headers(), signal })
      if (!response.ok) throw new Error(`${response.status}`)
      onState(true)
      // What has happened meanwhile was not told.
      onEvent()
      const reader = response.body.getReader()
      const decoder = new TextDecoder()
      let rest = ''
      for (;;) {
        const { done, value } = await reader.read()
        if (done) return
        clearTimeout(timer)
        timer = setTimeout(() => silent.abort(), SILENCE_MS)
        const parts = (rest + decoder.decode(value, { stream: true })).split('\n\n')
        rest = parts.pop() ?? ''
        if (parts.some(part => part.startsWith('event:'))) onEvent()
      }
    } finally {
      clearTimeout(timer)
    }
  }
}
