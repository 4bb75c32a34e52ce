/** Operators' decisions, asked for before anything is done. */
import { html, useEffect, useRef, useState } from './htm.js'
import { ask } from './server.js'

const AUTHOR = 'status page'
const KINDS = {
  drain: 'drain: take it out of service',
  'force-up': 'force up: count it as up, whatever its probes see',
  'force-down': 'force down: count it as down',
  pin: 'pin: answer with this one alone',
  release: 'release: take back what was decided about it',
}

/*
 * What is asked for: a title, what it does (`about`) or a choice of `kinds`, `lasting` where a duration and a reason belong to it, the words on the button, and what `send` says to the server.
 */

export function decide({ zone, pool }, { name }) {
  const target = `${zone}/${pool}/${name}`
  return {
    title: target,
    kinds: Object.keys(KINDS),
    lasting: '30m',
    button: 'Do it',
    send({ lasting, reason, force, kind }) {
      if (kind === 'release')
        return ask(`/api/v1/overrides?${new URLSearchParams({ target, author: AUTHOR })}`, {
          method: 'DELETE',
        })
      const body = { kind, target, for: lasting, reason, force: force === 'on', author: AUTHOR }
      return ask('/api/v1/overrides', { method: 'POST', body })
    },
  }
}

export function failback(pool) {
  return {
    title: `Fail back ${pool.zone}/${pool.pool}`,
    about: 'Returns to an endpoint of higher preference that is up.',
    button: 'Fail back',
    send: () => ask(`${pathOf(pool)}/failback`, { method: 'POST', body: { author: AUTHOR } }),
  }
}

export function drill(pool) {
  return {
    title: `Drill ${pool.zone}/${pool.pool}`,
    about:
      'Takes what it serves as failed, by its own probes and thresholds, and measures the failover. Users get the next endpoint meanwhile. It ends at once if no other endpoint is up.',
    lasting: '2m',
    button: 'Begin the drill',
    send: ({ lasting, reason }) =>
      ask(`${pathOf(pool)}/drill`, { method: 'POST', body: { for: lasting, reason, author: AUTHOR } }),
  }
}

export function endDrill({ id, zone, pool }) {
  return {
    title: `End the drill of ${zone}/${pool}`,
    about: 'What it took as failed counts again by what its probes see.',
    button: 'End it',
    send: () =>
      ask(`/api/v1/drills/${encodeURIComponent(id)}?${new URLSearchParams({ author: AUTHOR })}`, {
        method: 'DELETE',
      }),
  }
}

function pathOf({ zone, pool }) {
  return `/api/v1/pools/${encodeURIComponent(zone)}/${encodeURIComponent(pool)}`
}

/** Shows why something was not done. */
export function Action({ action, onEnd }) {
  const dialog = useRef()
  const [kind, setKind] = useState(action.kinds?.[0])
  // What is typed is kept here: the page draws itself anew with every event.
  const [lasting, setLasting] = useState(action.lasting)
  const [problem, setProblem] = useState('')
  useEffect(() => dialog.current.showModal(), [])
  const submit = async event => {
    event.preventDefault()
    try {
      await action.send({ ...Object.fromEntries(new FormData(event.target)), kind })
      dialog.current.close()
    } catch (error) {
      setProblem(error.message)
    }
  }
  return html`<dialog ref=${dialog} onClose=${onEnd} aria-labelledby="action-title">
    <form onSubmit=${submit}>
      <h2 id="action-title">${action.title}</h2>
      ${
        action.kinds &&
        html`<label>Decision <select value=${kind} onChange=${event => setKind(event.target.value)}>
        ${action.kinds.map(one => html`<option value=${one}>${KINDS[one]}</option>`)}
      </select></label>`
      }
      ${action.about && html`<p>${action.about}</p>`}
      ${
        action.lasting &&
        kind !== 'release' &&
        html`
        <label>For <input name="lasting" value=${lasting} onInput=${event => setLasting(event.target.value)} required pattern="([0-9]+(ms|s|m|h|d))+" title="a duration such as 30m or 2h" /></label>
        <label>Reason <input name="reason" maxlength="200" /></label>
        ${action.kinds && html`<label><input type="checkbox" name="force" /> also if nothing usable is left then</label>`}`
      }
      ${problem && html`<p class="bad" role="alert">${problem}</p>`}
      <div class="row">
        <button type="button" onClick=${() => dialog.current.close()}>Cancel</button>
        <button class="main">${kind === 'release' ? 'Release' : action.button}</button>
      </div>
    </form>
  </dialog>`
}
