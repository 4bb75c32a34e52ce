/** The status page: pools with what is answered and why, their endpoints, the time line, and operators' decisions. */
import { Action } from './action.js'
import { html, render, useEffect, useRef, useState } from './htm.js'
import { isInTrouble, Pool } from './pools.js'
import { ask, follow, setToken } from './server.js'
import { Transition } from './time-line.js'

/** What lives changes at once; this is for ages and counters. */
const REFRESH_MS = 5000
/** What a drill sees comes without an event. */
const DRILL_REFRESH_MS = 1000
/** After an event, so that several together cost one question. */
const SOON_MS = 150
const SHOWN_POOLS = 100
const SHOWN_TRANSITIONS = 60

function App() {
  const [seen, setSeen] = useState({ pools: [], server: undefined, transitions: [], drills: [], detail: {} })
  const [live, setLive] = useState(false)
  const [problem, setProblem] = useState(undefined)
  const [filter, setFilter] = useState('')
  const [open, setOpen] = useState(new Set())
  const [action, setAction] = useState(undefined)
  const openNow = useRef(open)
  openNow.current = open
  const refresh = useRef(() => undefined)

  useEffect(() => {
    let timer
    const read = async () => {
      clearTimeout(timer)
      let nextMs = REFRESH_MS
      try {
        const [{ pools }, server, { transitions }, { drills }] = await Promise.all([
          ask('/api/v1/pools'),
          ask('/api/v1/server'),
          ask(`/api/v1/transitions?limit=${SHOWN_TRANSITIONS}`),
          ask('/api/v1/drills'),
        ])
        const details = await Promise.all(
          [...openNow.current].map(async key => [
            key,
            await ask(`/api/v1/pools/${key}`).catch(() => undefined),
          ]),
        )
        if (drills.some(one => one.state === 'running')) nextMs = DRILL_REFRESH_MS
        setSeen({ pools, server, transitions, drills, detail: Object.fromEntries(details) })
        setProblem(undefined)
      } catch (error) {
        setProblem(error)
      }
      clearTimeout(timer)
      timer = setTimeout(read, nextMs)
    }
    refresh.current = () => {
      clearTimeout(timer)
      timer = setTimeout(read, SOON_MS)
    }
    read()
    const stop = follow('/api/v1/events', { onEvent: () => refresh.current(), onState: setLive })
    return () => {
      clearTimeout(timer)
      stop()
    }
  }, [])

  if (problem?.status === 401) return html`<${TokenForm} problem=${problem} />`
  const { pools, server, transitions, drills, detail } = seen
  const wanted = pools.filter(pool => matches(pool, filter)).sort(byTrouble)
  const toggle = key => {
    const next = new Set(open)
    if (!next.delete(key)) next.add(key)
    setOpen(next)
    refresh.current()
  }
  return html`
    <header>
      <h1>${server?.node ?? 'Understudy'}</h1>
      <span class="soft">Understudy ${server?.version ?? ''}</span>
      <span class=${`state ${live ? 'live' : 'lost'}`} role="status">${live ? 'live' : 'reconnecting'}</span>
      <label>Filter <input type="search" value=${filter} onInput=${event => setFilter(event.target.value)} /></label>
    </header>
    <main>
      ${problem && html`<p class="bad" role="alert">${problem.message}</p>`}
      ${server?.alarms?.length > 0 && html`<${Alarms} alarms=${server.alarms} />`}
      <h2>Pools</h2>
      ${wanted.length === 0 && html`<p class="soft">${pools.length === 0 ? 'There are no pools.' : 'No pool has that in its name.'}</p>`}
      ${wanted.slice(0, SHOWN_POOLS).map(pool => {
        const key = `${encodeURIComponent(pool.zone)}/${encodeURIComponent(pool.pool)}`
        const latest = drills.find(one => one.zone === pool.zone && one.pool === pool.pool)
        return html`<${Pool} key=${key} pool=${detail[key] ?? pool} latest=${latest} isOpen=${open.has(key)} onToggle=${() => toggle(key)} onAct=${setAction} />`
      })}
      ${wanted.length > SHOWN_POOLS && html`<p class="soft">${wanted.length - SHOWN_POOLS} more: use the filter.</p>`}
      <h2>What has changed</h2>
      <ol class="times" aria-live="polite">
        ${transitions.map(one => html`<${Transition} key=${`${one.at}${one.pool}${one.endpoint}${one.address}${one.family}${one.to}`} transition=${one} />`)}
      </ol>
    </main>
    ${
      action &&
      html`<${Action} key=${action.title} action=${action} onEnd=${() => {
        setAction(undefined)
        refresh.current()
      }} />`
    }
  `
}

function Alarms({ alarms }) {
  return html`<section class="alarms" role="alert">
    <strong>${alarms.length === 1 ? 'An alarm' : `${alarms.length} alarms`}</strong>
    <ul>${alarms.slice(0, 20).map(alarm => html`<li>${alarm}</li>`)}</ul>
  </section>`
}

function TokenForm({ problem }) {
  const submit = event => {
    event.preventDefault()
    setToken(new FormData(event.target).get('token'))
    location.reload()
  }
  return html`<main>
    <h1>Understudy</h1>
    <p class="bad" role="alert">${problem.message}</p>
    <form onSubmit=${submit}><label>Token <input name="token" type="password" autocomplete="off" required /></label> <button class="main">Go on</button></form>
  </main>`
}

function matches(pool, filter) {
  const wanted = filter.trim().toLowerCase()
  const names = [`${pool.zone}/${pool.pool}`, ...pool.names.map(one => one.name)]
  return names.some(name => name.toLowerCase().includes(wanted))
}

function byTrouble(a, b) {
  return Number(isInTrouble(b)) - Number(isInTrouble(a))
}

render(html`<${App} />`, document.body)
