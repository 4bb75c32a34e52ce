/** The latest drill of a pool: its time line as it happens, and its verdict. */
import { endDrill } from './action.js'
import { html } from './htm.js'
import { Time } from './time-line.js'

const SIGNS = { running: ['held', '…'], kept: ['up', '✓'], late: ['down', '✗'] }

export function Drill({ drill, onAct }) {
  const [look, sign] = SIGNS[drill.state] ?? ['unknown', '–']
  const isRunning = drill.state === 'running'
  return html`<section class="drill" aria-label=${`Drill of ${drill.zone}/${drill.pool}`}>
    <div class="head">
      <strong>Drill of ${drill.endpoints.join(', ')}</strong>
      <span class=${`badge ${look}`}>${sign} ${drill.state}</span>
      <span class="soft">since <${Time} at=${drill.started} /> by ${drill.author}${drill.reason && `: ${drill.reason}`}</span>
      ${isRunning && html`<span class="row"><button type="button" onClick=${() => onAct(endDrill(drill))}>End the drill …</button></span>`}
    </div>
    <ol class="steps" aria-live="polite">
      ${drill.timeline.map(({ seconds, what }) => html`<li><span class="soft">${seconds.toFixed(3)} s</span> ${what}</li>`)}
    </ol>
  </section>`
}
