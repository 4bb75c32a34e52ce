/** Knot DNS with one UDP worker. */
import { ORIGIN, PLAIN_MANAGED_LINE, zoneText } from '../bench-zone.ts'
import { pinned } from '../processors.ts'
import { type Peer, type StaticPeer, type StaticSite, versionFrom } from './peer.ts'

export const knot: Peer & StaticPeer = {
  name: 'Knot',
  checksHealth: false,
  version: () => versionFrom('knotd', ['-V']),
  start({ stage, processors }, port) {
    const zone = zoneText(PLAIN_MANAGED_LINE)
    return knot.startStatic({ stage, processors, zone, cookies: false, responsesPerSecond: undefined }, port)
  },
  async startStatic(site, port) {
    const { stage, processors, zone } = site
    await stage.file('knot/zone', zone)
    const file = await stage.file('knot/knot.conf', configuration(`${stage.folder}/knot`, port, site))
    return stage.start('knot', pinned(processors.server, ['knotd', '-c', file]))
  },
}

function configuration(folder: string, port: number, site: StaticSite): string {
  return `server:
    listen: 127.0.0.1@${port}
    rundir: "${folder}"
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
database:
    storage: "${folder}"
log:
  - target: stderr
    any: warning
${modules(site)}zone:
  - domain: ${ORIGIN}
    file: "${folder}/zone"
    zonefile-sync: -1
    journal-content: none
`
}

/** Cookies and rate limiting are modules, which cost something as soon as they are there. */
function modules({ cookies, responsesPerSecond }: StaticSite): string {
  const used = [
    ...(cookies ? [{ name: 'mod-cookies', keys: '' }] : []),
    ...(responsesPerSecond === undefined
      ? []
      : [{ name: 'mod-rrl', keys: `    rate-limit: ${responsesPerSecond}\n    slip: 0\n` }]),
  ]
  if (used.length === 0) return ''
  const sections = used.map(({ name, keys }) => `${name}:\n  - id: default\n${keys}`).join('')
  const ids = used.map(({ name }) => `${name}/default`).join(', ')
  return `${sections}template:\n  - id: default\n    global-module: [${ids}]\n`
}
