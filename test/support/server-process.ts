/** The real server as a child process: on free ports, with its own folder of zones and its own state. */
import assert from 'node:assert/strict'
import { resolve } from 'node:path'
import { type Child, type Exit, understudy } from './child.ts'
import type { Lines } from './lines.ts'
import { TempFolder } from './temp-folder.ts'

/** A line of the server's log. */
export interface LogLine {
  readonly level: number
  readonly msg: string
  readonly addresses?: readonly string[]
}

export interface ServerPlace {
  /** Contents by file name, written to the folder of zones. */
  readonly zones: Readonly<Record<string, string>>
  /** The default is a free port on 127.0.0.1. */
  readonly listen?: readonly string[]
  /** What `understudy.yaml` says beside what is said here. */
  readonly settings?: string
  /** The default is `state/understudy.db` in the server's folder. */
  readonly state?: string
  /** In addition to this process's environment. */
  readonly env?: Readonly<Record<string, string>>
}

const STATE = 'state/understudy.db'

/** Folder, state and ports that outlive one run of the server, so that the next may take them over. */
export class ServerProcess implements AsyncDisposable {
  readonly folder: TempFolder
  readonly #state: string
  readonly #env: Readonly<Record<string, string>>
  #child: Child
  #dns: readonly DnsAddress[] = []
  #adminUrl = ''

  private constructor(
    folder: TempFolder,
    state: string,
    env: Readonly<Record<string, string>>,
    child: Child,
  ) {
    this.folder = folder
    this.#state = state
    this.#env = env
    this.#child = child
  }

  /** Resolves when the server is ready. Rejects, with all that it said, if it ends before. */
  static async start({
    zones,
    listen = ['127.0.0.1:0'],
    settings = '',
    state = STATE,
    env = {},
  }: ServerPlace): Promise<ServerProcess> {
    const folder = await TempFolder.open()
    for (const [name, text] of Object.entries(zones)) await folder.file(`zones/${name}`, text)
    await folder.file('understudy.yaml', settings)
    const server = new ServerProcess(
      folder,
      state,
      env,
      spawnServer(folder, { state, listen, admin: '127.0.0.1:0' }, env),
    )
    try {
      await server.#untilReady()
    } catch (error) {
      await server[Symbol.asyncDispose]()
      throw error
    }
    return server
  }

  /** Where DNS is answered, in the order of `listen`. */
  get dns(): readonly DnsAddress[] {
    return this.#dns
  }

  /** Of the first address. */
  get port(): number {
    return this.#dns[0]?.port ?? 0
  }

  /** Without a slash at its end. */
  get adminUrl(): string {
    return this.#adminUrl
  }

  get pid(): number {
    return this.#child.pid
  }

  get stdout(): Lines {
    return this.#child.stdout
  }

  get stderr(): Lines {
    return this.#child.stderr
  }

  get exit(): Promise<Exit> {
    return this.#child.exit
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  /** Writes a file into the folder of zones. */
  async zone(name: string, text: string): Promise<void> {
    await this.folder.file(`zones/${name}`, text)
  }

  /** Starts the server again on its state and its ports, after it has ended. Resolves as soon as it answers queries. */
  async startAgain(): Promise<void> {
    await this.exit
    const [state, listen] = [this.#state, this.#dns.map(formatAddress)]
    this.#child = spawnServer(this.folder, { state, listen, admin: new URL(this.#adminUrl).host }, this.#env)
    await this.log(({ addresses }) => addresses !== undefined)
  }

  /** The arguments of another server with the same zones. */
  argsWith(place: { readonly state: string; readonly listen: string }): string[] {
    return serveArgs(this.folder, { ...place, listen: [place.listen], admin: '127.0.0.1:0' })
  }

  /** The first line of the log, from the number `from` on, that matches, now or later. */
  async log(matches: (line: LogLine) => boolean, from = 0, patienceMs?: number): Promise<LogLine> {
    return parseLog(await this.stdout.find(line => matches(parseLog(line)), from, patienceMs))
  }

  /** The body of what the admin listener has at the path. */
  async get(path: string): Promise<string> {
    const response = await fetch(`${this.#adminUrl}${path}`)
    const body = await response.text()
    assert.equal(response.status, 200, body)
    return body
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#child[Symbol.asyncDispose]()
    await this.folder[Symbol.asyncDispose]()
  }

  async #untilReady(): Promise<void> {
    const said = (start: string): Promise<LogLine> => this.log(({ msg }) => msg.startsWith(start))
    try {
      const { addresses } = await said('answering on ')
      this.#dns = (addresses ?? []).map(parseAddress)
      this.#adminUrl = (await said('admin on ')).msg.replace('admin on ', '')
    } catch (error) {
      throw new Error(`the server did not start: ${String(error)}\n${this.stderr.text}`)
    }
    await this.get('/readyz')
  }
}

export interface DnsAddress {
  readonly address: string
  readonly port: number
}

interface ServeArgs {
  /** Relative to the folder, or absolute. */
  readonly state: string
  readonly listen: readonly string[]
  readonly admin: string
}

function spawnServer(folder: TempFolder, args: ServeArgs, env: Readonly<Record<string, string>>): Child {
  return understudy(serveArgs(folder, args), { cwd: folder.path, env })
}

function serveArgs({ path }: TempFolder, { state, listen, admin }: ServeArgs): string[] {
  const places = ['--zones', `${path}/zones`, '--state', resolve(path, state)]
  return ['serve', ...places, '--admin', admin, '--listen', ...listen]
}

function parseLog(line: string): LogLine {
  return JSON.parse(line) as LogLine
}

/** `127.0.0.1:5300` or `[::1]:5300`. */
function parseAddress(text: string): DnsAddress {
  const colon = text.lastIndexOf(':')
  return { address: text.slice(0, colon).replace(/[[\]]/g, ''), port: Number(text.slice(colon + 1)) }
}

function formatAddress({ address, port }: DnsAddress): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
}
