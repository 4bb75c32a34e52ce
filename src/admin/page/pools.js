/** A pool: what it answers and why, what was decided about it, and its endpoints. */
import { decide, drill, failback } from './action.js'
import { Drill } from './drill.js'
import { html } from './htm.js'
import { Time, TYPES } from './time-line.js'

/** @param latest the latest drill of it, if there is one: shown while it runs, and with the details */
export function Pool({ pool, latest, isOpen, onToggle, onAct }) {
  const name = `${pool.zone}/${pool.pool}`
  const check = pool.check === undefined ? '' : `, ${pool.check.type} check ${pool.check.name}`
  return html`<article class=${isInTrouble(pool) ? 'trouble' : ''} aria-label=${name}>
    <div class="head">
      <h3>${name}</h3>
      <span class="soft">${pool.policy}${check}</span>
      <span class="soft">${pool.names.map(one => one.name).join(', ')}</span>
      <span class="row">
      ${isOpen && html`<button type="button" onClick=${() => onAct(drill(pool))}>Drill …</button>`}
      ${isOpen && pool.policy === 'failover' && html`<button type="button" onClick=${() => onAct(failback(pool))}>Fail back …</button>`}
      <button type="button" aria-expanded=${isOpen} onClick=${onToggle}>${isOpen ? 'Fewer details' : 'Endpoints'}</button>
    </span>
    </div>
    <dl>
      ${pool.selections.map(
        one => html`
          <dt>${TYPES[one.family]}</dt>
          <dd>
            <code>${one.addresses.join(' ') || (one.mode === 'servfail' ? 'SERVFAIL' : 'no data')}</code>
            ${' '}<${Mode} selection=${one} /> <span class="soft">since <${Time} at=${one.since} />: ${one.why}</span>
          </dd>
        `,
      )}
    </dl>
    ${pool.overrides.map(
      one =>
        html`<p><strong>${one.kind} ${one.endpoint}</strong> by ${one.author}${one.reason && `: ${one.reason}`}${one.expires && html`, until <${Time} at=${one.expires} />`}</p>`,
    )}
    ${latest && (isOpen || latest.state === 'running') && html`<${Drill} drill=${latest} onAct=${onAct} />`}
    ${isOpen && html`<${Endpoints} pool=${pool} onAct=${onAct} />`}
  </article>`
}

function Mode({ selection: { mode, endpoints } }) {
  const who = endpoints.join(', ')
  if (mode === 'serving') return html`<span class="badge up">${who}</span>`
  const words = mode === 'all-down' ? `all down${who && `, ${who}`}` : mode
  return html`<span class="badge down">${words}</span>`
}

function Endpoints({ pool, onAct }) {
  const rows = pool.endpoints.flatMap(endpoint =>
    endpoint.addresses.length > 0
      ? endpoint.addresses.map(address => ({ endpoint, address }))
      : [{ endpoint, address: undefined }],
  )
  return html`<div class="scroll" tabindex="0" role="region" aria-label=${`Endpoints of ${pool.zone}/${pool.pool}`}>
    <table>
      <thead>
        <tr><th>Endpoint</th><th>Address</th><th>Verdict</th><th>Last probe</th><th class="wide">Latency</th><th>Decide</th></tr>
      </thead>
      <tbody>
        ${rows.map(
          ({ endpoint, address }) => html`<tr>
            <th scope="row">${endpoint.name}${isSelected(endpoint, address) && html` <span class="soft">(answered)</span>`}</th>
            <td><code>${address?.address ?? endpoint.hostname ?? `pool ${endpoint.pool}`}</code></td>
            <td><${Verdict} endpoint=${endpoint} address=${address} /></td>
            <td class="said">${saidOf(address)}</td>
            <td class="wide"><${Spark} latencies=${address?.latenciesMs ?? []} /></td>
            <td><button type="button" onClick=${() => onAct(decide(pool, endpoint))} aria-label=${`Decide about ${endpoint.name}`}>Decide …</button></td>
          </tr>`,
        )}
      </tbody>
    </table>
  </div>`
}

function isSelected(endpoint, address) {
  return address?.selected ?? (endpoint.standings ?? []).some(one => one.selected)
}

function Verdict({ endpoint, address }) {
  const verdict = address?.verdict ?? endpoint.standings?.[0]?.standing ?? 'unknown'
  const isHeld = address?.heldUntil !== undefined
  const signs = { up: '▲', down: '▼', unknown: '?', held: '‖', drained: '–' }
  return html`<span class=${`badge ${isHeld ? 'held' : verdict}`}>${signs[isHeld ? 'held' : verdict]} ${verdict}</span>
    ${isHeld && html`<br />held until <${Time} at=${address.heldUntil} />`}
    ${endpoint.effect && html`<br /><strong>${endpoint.effect}</strong>`}`
}

function saidOf(address) {
  const outcome = address?.lastOutcome
  if (outcome === undefined) return address === undefined ? '' : 'not probed yet'
  const age =
    address.verdictAgeSeconds === undefined ? '' : `, ${Math.round(address.verdictAgeSeconds)} s ago`
  return `${outcome.kind}: ${outcome.detail} (${Math.round(outcome.latencyMs)} ms${age}; passes ${address.passes}, fails ${address.fails})`
}

function Spark({ latencies }) {
  if (latencies.length < 2) return ''
  const most = Math.max(...latencies, 1)
  const points = latencies.map(
    (ms, i) => `${((100 * i) / (latencies.length - 1)).toFixed(1)},${(20 - (18 * ms) / most).toFixed(1)}`,
  )
  const last = Math.round(latencies.at(-1))
  return html`<svg class="spark" viewBox="0 0 100 20" preserveAspectRatio="none" role="img" aria-label=${`latency: last ${last} ms, at most ${Math.round(most)} ms`}>
    <title>last ${last} ms, at most ${Math.round(most)} ms</title>
    <polyline points=${points.join(' ')} vector-effect="non-scaling-stroke" />
  </svg>`
}

/** All down, or not what the first endpoint would be, or something drained or pinned. */
export function isInTrouble(pool) {
  return pool.selections.some(
    one => one.mode === 'all-down' || one.mode === 'servfail' || one.reason.kind === 'failover',
  )
}
