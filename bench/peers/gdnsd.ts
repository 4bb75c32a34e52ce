/** gdnsd: the managed name is a `simplefo` resource whose addresses are monitored by `http_status`. */
import type { ChildProcess } from 'node:child_process'
import { BACKUP, ORIGIN, PRIMARY, zoneText } from '../bench-zone.ts'
import { endpointAddress } from '../endpoint-address.ts'
import { chooseProcessors, pinned } from '../processors.ts'
import type { Stage } from '../stage.ts'
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

/** It refuses shorter ones. */
export const SHORTEST_INTERVAL_MS = 2000

/** Starts it on the server's processor, with nothing to do but probe so many endpoints by `http_status`, at its shortest interval. */
export async function startGdnsdProbing(
  stage: Stage,
  dnsPort: number,
  { port, count }: { port: number; count: number },
): Promise<ChildProcess> {
  const folder = `${stage.folder}/gdnsd-probing`
  await stage.file('gdnsd-probing/run/.keep', '')
  await stage.file('gdnsd-probing/state/.keep', '')
  await stage.file(`gdnsd-probing/zones/${ORIGIN}`, zoneText(''))
  await stage.file('gdnsd-probing/config', probingConfiguration(folder, dnsPort, port, count))
  const command = ['gdnsd', '-c', folder, 'start']
  return stage.start('gdnsd-probing', pinned(chooseProcessors().server, command))
}

function probingConfiguration(folder: string, dnsPort: number, port: number, count: number): string {
  const pairs = Array.from({ length: count / 2 }, (_, i) => {
    const [primary, secondary] = [2 * i, 2 * i + 1].map(endpointAddress)
    return `r${i} => { primary => ${primary}, secondary => ${secondary} }`
  })
  return `options => {
  listen => 127.0.0.1:${dnsPort}, udp_threads => 1, tcp_threads => 1
  run_dir => ${folder}/run, state_dir => ${folder}/state
}
service_types => {
  web => {
    plugin => http_status, port => ${port}, vhost => www.probe.test, url_path => /health, ok_codes => [200]
    interval => ${SHORTEST_INTERVAL_MS / 1000}, timeout => 1, up_thresh => 2, ok_thresh => 2, down_thresh => 3
  }
}
plugins => { simplefo => { service_types => web
${pairs.join('\n')}
} }
`
}
