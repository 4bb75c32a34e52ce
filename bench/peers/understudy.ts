/** This server, with one responder: the processor it is put on is the only one that it sees. */
import type { ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { BACKUP, MANAGED, ORIGIN, PRIMARY, zoneText } from '../bench-zone.ts'
import { freePort } from '../ports.ts'
import { pinned } from '../processors.ts'
import type { Stage } from '../stage.ts'
import type { Peer, StaticPeer } from './peer.ts'

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
const MANIFEST = new URL('../../package.json', import.meta.url)

export const understudy: Peer & StaticPeer = {
  name: 'Understudy',
  checksHealth: true,
  version: () => (JSON.parse(readFileSync(MANIFEST, 'utf8')) as { version: string }).version,
  async start({ stage, processors, webPort }, port) {
    await stage.file(`understudy/zones/${ORIGIN}.zone`, zoneText(''))
    const yaml = managedZone({ webPort, interval: '2s', fastInterval: '1s', timeout: '1s' })
    await stage.file(`understudy/zones/${ORIGIN}.yaml`, `records: ${ORIGIN}.zone\n${yaml}`)
    return startServer(stage, 'understudy', port, { pin: command => pinned(processors.server, command) })
  },
  // Cookies need not be turned on: they are always there.
  async startStatic({ stage, processors, zone, responsesPerSecond }, port) {
    await stage.file(`understudy/zones/${ORIGIN}.zone`, zone)
    const config = await stage.file('understudy/understudy.yaml', rateLimit(responsesPerSecond))
    return startServer(stage, 'understudy', port, {
      pin: command => pinned(processors.server, command),
      config,
    })
  },
}

/** Loopback is exempt unless told otherwise. */
function rateLimit(responsesPerSecond: number | undefined): string {
  return responsesPerSecond === undefined
    ? 'rate-limit: { mode: "off" }\n'
    : `rate-limit: { mode: "on", responses-per-second: ${responsesPerSecond}, slip: 0, exempt: [] }\n`
}

/** How the primary and the backup of the managed name are checked. */
export interface ManagedZone {
  readonly webPort: number
  readonly interval: string
  readonly fastInterval: string
  readonly timeout: string
}

/** The zone file with the managed name; `records:` or `nameservers:` is still to be added. */
export function managedZone({ webPort, interval, fastInterval, timeout }: ManagedZone): string {
  const timing = `interval: ${interval}, fast-interval: ${fastInterval}, timeout: ${timeout}, fall: 3, rise: 2`
  return `zone: ${ORIGIN}
checks:
  web: { type: http, port: ${webPort}, path: /health, ${timing} }
pools:
  www:
    check: web
    endpoints:
      - { name: primary, address: ${PRIMARY} }
      - { name: backup, address: ${BACKUP} }
names:
  ${MANAGED.slice(0, -ORIGIN.length - 1)}: { pool: www, ttl: 30s, ttl-min: 5s }
`
}

interface StartOptions {
  readonly pin?: (command: string[]) => string[]
  /** Path of the server's configuration; all that it needs is in the command line too. */
  readonly config?: string
}

/** Starts the server on the zones that lie in `NAME/zones` of the stage. */
export async function startServer(
  stage: Stage,
  name: string,
  port: number,
  { pin = command => command, config }: StartOptions = {},
): Promise<ChildProcess> {
  const folder = `${stage.folder}/${name}`
  const places = ['--zones', `${folder}/zones`, '--state', `${folder}/state/understudy.db`]
  const listen = ['--listen', `127.0.0.1:${port}`, '--admin', `127.0.0.1:${await freePort()}`]
  const settings = config === undefined ? [] : ['--config', config]
  return stage.start(name, pin([process.execPath, MAIN, 'serve', ...settings, ...places, ...listen]))
}
