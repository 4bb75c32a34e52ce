/** Operators' decisions, asked for before anything is done. */
import { html, useEffect, useRef, useState } from './htm.js'
import { ask } from './server.js'

const KINDS = {
  drain: 'drain: take it out of service',
  'force-up': 'force up: count it as up, whatever its probes see',
  'force-down': 'force down: count it as down',
  pin: 'pin: answer with this one alone',
  release: 'release: take back what was decided about it',
}

export function decide(pool, endpoint) {
  return {
    title: `${pool.zone}/${pool.pool}/${endpoint.name}`,
    target: `${pool.zone}/${pool.pool}/${endpoint.name}`,
    kinds: Object.keys(KINDS),
  }
}

export function failback(pool) {
  return {
    title: `Fail back ${pool.zone}/${pool.pool}`,
    failback: `${encodeURIComponent(pool.zone)}/${encodeURIComponent(pool.pool)}`,
    kinds: [],
  }
}

/** Shows why something was not done. */
export function Action({ action, onEnd }) {
  const dialog = useRef()
  const [kind, setKind] = useState(action.kinds[0])
  const [problem, setProblem] = useState('')
  useEffect(() => dialog.current.showModal(), [])
  const submit = async event => {
    event.preventDefault()
    const { reason, lasting, force } = Object.fromEntries(new FormData(event.target))
    try {
      await send(action, kind, { reason, lasting, force: force === 'on' })
      dialog.current.close()
    } catch (error) {
      setProblem(error.message)
    }
  }
  return html`<dialog ref=${dialog} onClose=${onEnd} aria-labelledby="action-title">
    <form onSubmit=${submit}>
      <h2 id="action-title">${action.title}</h2>
      ${
        action.kinds.length > 0 &&
        html`<label>Decision <select value=${kind} onChange=${event => setKind(event.target.value)}>
        ${action.kinds.map(one => html`<option value=${one}>${KINDS[one]}</option>`)}
      </select></label>`
      }
      ${action.failback && html`<p>Returns to an endpoint of higher preference that is up.</p>`}
      ${
        action.kinds.length > 0 &&
        kind !== 'release' &&
        html`
        <label>For <input name="lasting" value="30m" required pattern="([0-9]+(ms|s|m|h|d))+" title="a duration such as 30m or 2h" /></label>
        <label>Reason <input name="reason" maxlength="200" /></label>
        <label><input type="checkbox" name="force" /> also if nothing usable is left then</label>`
      }
      ${problem && html`<p class="bad" role="alert">${problem}</p>`}
      <div class="row">
        <button type="button" onClick=${() => dialog.current.close()}>Cancel</button>
        <button class="main">${action.failback ? 'Fail back' : kind === 'release' ? 'Release' : 'Do it'}</button>
      </div>
    </form>
  </dialog>`
}

function send({ target, failback: pool }, kind, { reason, lasting, force }) {
  const author = 'status page'
  if (pool !== undefined) return ask(`/api/v1/pools/${pool}/failback`, { method: 'POST', body: { author } })
  if (kind === 'release')
    return ask(`/api/v1/overrides?${new URLSearchParams({ target, author })}`, { method: 'DELETE' })
  return ask('/api/v1/overrides', {
    method: 'POST',
    body: { kind, target, for: lasting, reason, force, author },
  })
}
