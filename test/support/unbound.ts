/**
 * The resolver unbound on a free port of loopback, which knows of one zone and keeps nothing: each lookup asks a server. What it has seen of servers
 * it forgets after 2 seconds, not 15 minutes.
 */
import { freePort } from '../../bench/ports.ts'
import { Child } from './child.ts'
import type { DnsAddress } from './server-process.ts'
import { TempFolder } from './temp-folder.ts'

export class Unbound implements AsyncDisposable {
  readonly address: DnsAddress
  readonly #child: Child
  readonly #folder: TempFolder

  private constructor(address: DnsAddress, child: Child, folder: TempFolder) {
    this.address = address
    this.#child = child
    this.#folder = folder
  }

  /** Resolves when it answers. */
  static async start(zone: string, servers: readonly DnsAddress[]): Promise<Unbound> {
    const folder = await TempFolder.open()
    const address = { address: '127.0.0.1', port: await freePort() }
    const file = await folder.file('unbound.conf', configuration(folder.path, address.port, zone, servers))
    const child = new Child(['unbound', '-d', '-p', '-c', file], {
      env: { PATH: `${process.env['PATH']}:/usr/sbin` },
    })
    const unbound = new Unbound(address, child, folder)
    try {
      await child.stderr.find(line => line.includes('start of service'))
    } catch (error) {
      await unbound[Symbol.asyncDispose]()
      throw error
    }
    return unbound
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#child[Symbol.asyncDispose]()
    await this.#folder[Symbol.asyncDispose]()
  }
}

function configuration(folder: string, port: number, zone: string, servers: readonly DnsAddress[]): string {
  return `server:
  interface: 127.0.0.1
  port: ${port}
  num-threads: 1
  directory: "${folder}"
  chroot: ""
  username: ""
  use-syslog: no
  logfile: ""
  module-config: "iterator"
  do-not-query-localhost: no
  local-zone: "test." nodefault
  cache-max-ttl: 0
  cache-max-negative-ttl: 0
  infra-host-ttl: 2
remote-control:
  control-enable: no
stub-zone:
  name: "${zone}."
${servers.map(server => `  stub-addr: ${server.address}@${server.port}\n`).join('')}`
}
