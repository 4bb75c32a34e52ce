/** NSD with one server process; rate limiting off. */
import { ORIGIN, PLAIN_MANAGED_LINE, zoneText } from '../bench-zone.ts'
import { pinned } from '../processors.ts'
import { type Peer, versionFrom } from './peer.ts'

export const nsd: Peer = {
  name: 'NSD',
  checksHealth: false,
  version: () => versionFrom('nsd', ['-v']),
  async start({ stage, processors }, port) {
    await stage.file('nsd/zone', zoneText(PLAIN_MANAGED_LINE))
    const file = await stage.file('nsd/nsd.conf', configuration(`${stage.folder}/nsd`, port))
    return stage.start('nsd', pinned(processors.server, ['nsd', '-d', '-c', file]))
  },
}

function configuration(folder: string, port: number): string {
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
  rrl-ratelimit: 0
remote-control:
  control-enable: no
zone:
  name: ${ORIGIN}
  zonefile: zone
`
}
