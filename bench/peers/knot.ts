/** Knot DNS with one UDP worker. */
import { ORIGIN, PLAIN_MANAGED_LINE, zoneText } from '../bench-zone.ts'
import { pinned } from '../processors.ts'
import { type Peer, versionFrom } from './peer.ts'

export const knot: Peer = {
  name: 'Knot',
  checksHealth: false,
  version: () => versionFrom('knotd', ['-V']),
  async start({ stage, processors }, port) {
    await stage.file('knot/zone', zoneText(PLAIN_MANAGED_LINE))
    const file = await stage.file('knot/knot.conf', configuration(`${stage.folder}/knot`, port))
    return stage.start('knot', pinned(processors.server, ['knotd', '-c', file]))
  },
}

function configuration(folder: string, port: number): string {
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
zone:
  - domain: ${ORIGIN}
    file: "${folder}/zone"
    zonefile-sync: -1
    journal-content: none
`
}
