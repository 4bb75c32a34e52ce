/** NSD and Knot on a loopback port, unprivileged, with the common zones. */
import { Child } from '#test/child.ts'
import { TempFolder } from '#test/temp-folder.ts'
import { freePort } from '../../../bench/ports.ts'
import type { ZoneSet } from './zone-files.ts'

export const REFERENCES = ['nsd', 'knot'] as const
export type Reference = (typeof REFERENCES)[number]

interface Kind {
  readonly command: (file: string) => readonly string[]
  readonly configuration: (folder: string, port: number, set: ZoneSet, cookieSecret?: string) => string
  /** The line that tells that it answers. */
  readonly ready: RegExp
}

const KINDS: Readonly<Record<Reference, Kind>> = {
  nsd: {
    command: file => ['nsd', '-d', '-V', '2', '-c', file],
    configuration: nsdConfiguration,
    ready: /nsd started/,
  },
  knot: { command: file => ['knotd', '-c', file], configuration: knotConfiguration, ready: /server started/ },
}

export class ReferenceServer implements AsyncDisposable {
  readonly address: { readonly address: string; readonly port: number }
  readonly #child: Child
  readonly #folder: TempFolder

  private constructor(port: number, child: Child, folder: TempFolder) {
    this.address = { address: '127.0.0.1', port }
    this.#child = child
    this.#folder = folder
  }

  /**
   * Resolves when it answers. Rejects, with what it said, if it ends before.
   *
   * @param cookieSecret 32 hexadecimal digits; without it the server knows no cookies
   */
  static async start(reference: Reference, set: ZoneSet, cookieSecret?: string): Promise<ReferenceServer> {
    const { command, configuration, ready } = KINDS[reference]
    const folder = await TempFolder.open()
    const port = await freePort()
    const file = await folder.file('server.conf', configuration(folder.path, port, set, cookieSecret))
    const child = new Child(command(file), { env: { PATH: `${process.env['PATH']}:/usr/sbin` } })
    const server = new ReferenceServer(port, child, folder)
    try {
      await child.stderr.find(line => ready.test(line))
    } catch (error) {
      await server[Symbol.asyncDispose]()
      throw new Error(`${reference} does not start`, { cause: error })
    }
    return server
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Its own children end with it only if it is asked to end.
    this.#child.kill('SIGTERM')
    await this.#child.exit.catch(() => undefined)
    await this.#folder[Symbol.asyncDispose]()
  }
}

function nsdConfiguration(folder: string, port: number, set: ZoneSet, cookieSecret?: string): string {
  const zones = set.zones.map(
    ({ zone, file }) => `zone:\n  name: "${zone}"\n  zonefile: "${set.folder}/${file}"\n`,
  )
  return `server:
  ip-address: 127.0.0.1@${port}
  server-count: 1
  username: ""
  database: ""
  zonesdir: "${folder}"
  pidfile: "${folder}/pid"
  xfrdfile: ""
  xfrdir: "${folder}"
  zonelistfile: "${folder}/zone.list"
  cookie-secret-file: "${folder}/cookie"
  rrl-ratelimit: 0
  minimal-responses: yes
  refuse-any: no
  ipv4-edns-size: 1232
${cookieSecret === undefined ? '' : `  answer-cookie: yes\n  cookie-secret: "${cookieSecret}"`}
remote-control:
  control-enable: no
${zones.join('')}`
}

/** Knot lets a transfer out: that is how the tests learn which names there are. */
function knotConfiguration(folder: string, port: number, set: ZoneSet, cookieSecret?: string): string {
  const zones = set.zones.map(
    ({ zone, file }) => `  - domain: "${zone}"\n    file: "${set.folder}/${file}"\n`,
  )
  return `server:
    listen: 127.0.0.1@${port}
    rundir: "${folder}"
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
    udp-max-payload: 1232
database:
    storage: "${folder}"
log:
  - target: stderr
    any: info
acl:
  - id: transfer
    address: 127.0.0.1
    action: transfer
${cookieSecret === undefined ? '' : `mod-cookies:\n  - id: default\n    secret: 0x${cookieSecret}`}
template:
  - id: default
${cookieSecret === undefined ? '' : '    global-module: mod-cookies/default'}
    storage: "${folder}"
    semantic-checks: off
    zonefile-sync: -1
    journal-content: none
    acl: transfer
zone:
${zones.join('')}`
}
