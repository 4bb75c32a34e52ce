/** gdnsd: the managed name is a `simplefo` resource whose addresses are monitored by `http_status`. */
import { BACKUP, ORIGIN, PRIMARY, zoneText } from '../bench-zone.ts'
import { pinned } from '../processors.ts'
import { type Peer, versionFrom } from './peer.ts'

export const gdnsd: Peer = {
  name: 'gdnsd',
  checksHealth: true,
  version: () => versionFrom('gdnsd', ['version']),
  async start({ stage, processors, webPort }, port) {
    const folder = `${stage.folder}/gdnsd`
    await stage.file('gdnsd/run/.keep', '')
    await stage.file('gdnsd/state/.keep', '')
    await stage.file(`gdnsd/zones/${ORIGIN}`, zoneText('www 30/5 DYNA simplefo!www'))
    await stage.file('gdnsd/config', configuration(folder, port, webPort))
    return stage.start('gdnsd', pinned(processors.server, ['gdnsd', '-c', folder, 'start']))
  },
}

function configuration(folder: string, port: number, webPort: number): string {
  return `options => {
  listen => 127.0.0.1:${port}, udp_threads => 1, tcp_threads => 1
  run_dir => ${folder}/run, state_dir => ${folder}/state
}
service_types => {
  web => {
    plugin => http_status, port => ${webPort}, url_path => /health, ok_codes => [200]
    interval => 2, timeout => 1, up_thresh => 2, ok_thresh => 2, down_thresh => 3
  }
}
plugins => { simplefo => { service_types => web, www => { primary => ${PRIMARY}, secondary => ${BACKUP} } } }
`
}
