/** What has changed, and when. */
import { html } from './htm.js'

export const TYPES = { ipv4: 'A', ipv6: 'AAAA', cname: 'CNAME' }

export function Transition({ transition }) {
  const { at, zone, pool, family, endpoint, address, from, to, why } = transition
  const what = [
    `${zone}/${pool}`,
    endpoint && `/${endpoint}`,
    !endpoint && family && ` ${TYPES[family]}`,
    address && ` ${address}`,
  ]
  return html`<li><span class="soft"><${Time} at=${at} /></span> <strong>${what.filter(Boolean).join('')}</strong>: ${from} → ${to} <span class="soft">(${why})</span></li>`
}

export function Time({ at }) {
  const time = new Date(at)
  const isToday = time.toDateString() === new Date().toDateString()
  return html`<time datetime=${at} title=${at}>${isToday ? time.toLocaleTimeString() : time.toLocaleString()}</time>`
}
