/** NSD with one server process. */
import { ORIGIN, PLAIN_MANAGED_LINE, zoneText } from '../bench-zone.ts'
import { pinned } from '../processors.ts'
import { type Peer, type StaticPeer, type StaticSite, versionFrom } from './peer.ts'

export const nsd: Peer & StaticPeer = {
  name: 'NSD',
  checksHealth: false,
  version: () => versionFrom('nsd', ['-v']),
  start({ stage, processors }, port) {
    const zone = zoneText(PLAIN_MANAGED_LINE)
    return nsd.startStatic({ stage, processors, zone, cookies: false, responsesPerSecond: undefined }, port)
  },
  async startStatic(site, port) {
    const { stage, processors, zone } = site
    await stage.file('nsd/zone', zone)
    const file = await stage.file('nsd/nsd.conf', configuration(`${stage.folder}/nsd`, port, site))
    return stage.start('nsd', pinned(processors.server, ['nsd', '-d', '-c', file]))
  },
}

function configuration(
  folder: string,
  port: number,
  { cookies, responsesPerSecond = 0 }: StaticSite,
): string {
  return `server:
  ip-address: 127.0.0.1@${port}
  server-count: 1
  username: ""
  database: ""
  zonesdir: "${folder}"
  logfile: "${folder}/log"
  pidfile: "${folder}/pid"
  xfrdfile: ""
  xfrdir: "${folder}"
  zonelistfile: "${folder}/zone.list"
  cookie-secret-file: "${folder}/cookie"
  answer-cookie: ${cookies ? 'yes' : 'no'}
  minimal-responses: yes
  rrl-ratelimit: ${responsesPerSecond}
  rrl-whitelist-ratelimit: 0
  rrl-slip: 0
remote-control:
  control-enable: no
zone:
  name: ${ORIGIN}
  zonefile: zone
`
}
