/** `understudy demo`: a failover and a failback before your eyes, without privileges and without leaving anything behind. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server as HttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import { formatSocketAddr, type SocketAddr } from '#base/address.ts'
import { formatComplaint } from '#base/complaint.ts'
import { type LoadRequest, loadConfiguration } from '#config/load.ts'
import { Server } from '#control/server.ts'
import type { TransitionView } from '#control/view.ts'
import { askAddresses, type Seen } from './ask.ts'
import { VERSION } from './version.ts'

/** What is answered. Not every system has more than one loopback address, so both are probed at the first, at ports of their own. */
const PRIMARY = '192.0.2.1'
const BACKUP = '192.0.2.2'
const PROBED = '127.0.0.1'
const NAME = 'www.demo.test'
const POLL_MS = 20
const PATIENCE_MS = 20_000

function zoneFile(primaryPort: number, backupPort: number): string {
  return `zone: demo.test
nameservers: { ns1: 127.0.0.1 }
checks:
  web: { type: http, probe-address: ${PROBED}, path: /health, interval: 2s, fast-interval: 500ms, timeout: 1s, fall: 3, rise: 2 }
pools:
  www:
    check: web
    endpoints:
      - { name: primary, address: ${PRIMARY}, port: ${primaryPort} }
      - { name: backup, address: ${BACKUP}, port: ${backupPort} }
names:
  www: { pool: www, ttl: 10s, ttl-min: 1s }
`
}

interface Stage {
  readonly server: Server
  readonly primary: WebServer
}

/** Gives the exit code: 1 if the failover was not seen, or a query went without an answer; 128 and the signal's number if one ended it. */
export async function demo({ keep }: { readonly keep?: boolean }): Promise<number> {
  const stopped = whenStopped()
  await using stack = new AsyncDisposableStack()
  const stage = await setUp(stack)
  const seen = await Promise.race([play(stage), stopped])
  if (typeof seen === 'number') return seen
  if (keep === true && seen) {
    tellHowToStop(stage)
    await stopped
  }
  return seen ? 0 : 1
}

/** Resolves with the exit code when somebody wants an end: by Ctrl+C, or since nobody looks any more. */
function whenStopped(): Promise<number> {
  return new Promise(resolve => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.once(signal, () => resolve(128 + constants.signals[signal]))
    process.stdout.once('error', () => resolve(0))
  })
}

/** What must be undone at the end goes on the stack, as soon as there is something to undo. */
async function setUp(stack: AsyncDisposableStack): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'understudy-demo-'))
  stack.defer(() => rm(folder, { recursive: true, force: true }))
  const [primary, backup] = [stack.use(new WebServer()), stack.use(new WebServer())]
  await primary.start(0)
  await backup.start(0)
  const zone = zoneFile(primary.port, backup.port)
  await writeFile(join(folder, 'demo.test.yaml'), zone)
  say(`Two web servers stand for ${PRIMARY} (primary, http://${PROBED}:${primary.port})`)
  say(`and ${BACKUP} (backup, http://${PROBED}:${backup.port}), and are probed in their place.`)
  say(`The zone that is served:\n\n${zone.replace(/^/gm, '    ').trimEnd()}\n`)
  const state = join(folder, 'understudy.db')
  const request = {
    zones: folder,
    state,
    listen: ['127.0.0.1:0'],
    admin: '127.0.0.1:0',
    cwd: folder,
    env: {},
  }
  const server = await startServer(request)
  stack.defer(() => server.close())
  return { server, primary }
}

async function startServer(request: LoadRequest): Promise<Server> {
  const { configuration, complaints } = await loadConfiguration(request)
  if (configuration === undefined) throw new Error(complaints.map(formatComplaint).join('\n'))
  const nothing = (): void => undefined
  const events = { probe: nothing, transition: tell, switched: nothing, failover: nothing, reload: nothing }
  const log = { info: nothing, warn: nothing, error: (_: object, message: string) => say(message) }
  const server = await Server.start({ request, version: VERSION, events, log }, configuration)
  say(`Understudy answers on ${server.bound.map(formatSocketAddr).join(', ')}; UDP by ${server.udpWhy}.\n`)
  return server
}

async function play({ server, primary }: Stage): Promise<boolean> {
  const [address] = server.bound
  if (address === undefined) throw new Error('not listening')
  const client = new Client(address)
  await waitFor(() =>
    server.pools().every(pool => pool.endpoints.every(({ addresses }) => addresses[0]?.verdict === 'up')),
  )
  await client.show('Both are up.')
  const stoppedMs = performance.now()
  await primary.stop()
  say(`--- The primary is stopped.\n`)
  const failoverMs = await client.untilAnswered(BACKUP, stoppedMs)
  await client.show(`The answer names the backup ${seconds(failoverMs)} after the primary was stopped.`)
  const startedMs = performance.now()
  await primary.start(primary.port)
  say(`--- The primary is started again.\n`)
  const failbackMs = await client.untilAnswered(PRIMARY, startedMs)
  await client.show(`The answer names the primary again ${seconds(failbackMs)} after it was started.`)
  const seen = failoverMs !== undefined && failbackMs !== undefined
  if (seen) say(`Failover in ${seconds(failoverMs)}, failback in ${seconds(failbackMs)}. ${client.account}`)
  return seen && client.unanswered === 0
}

/** Asks the server over and over, and keeps account. */
class Client {
  asked = 0
  unanswered = 0
  readonly #server: SocketAddr

  constructor(server: SocketAddr) {
    this.#server = server
  }

  get account(): string {
    return `Of ${this.asked} queries ${this.unanswered === 0 ? 'none' : this.unanswered} went without an answer.`
  }

  /** Milliseconds from `sinceMs` to the first answer that names the address; undefined if none came in time. */
  async untilAnswered(address: string, sinceMs: number): Promise<number | undefined> {
    while (performance.now() - sinceMs < PATIENCE_MS) {
      const { addresses } = await this.#ask()
      if (addresses.includes(address)) return performance.now() - sinceMs
      await pause()
    }
    say(`No answer with ${address} within ${PATIENCE_MS / 1000} s.`)
    return undefined
  }

  async show(headline: string): Promise<void> {
    const { address, port } = this.#server
    const { text } = await this.#ask()
    say(`${headline}\n\n$ dig @${address.text} -p ${port} ${NAME} A\n${text}\n`)
  }

  async #ask(): Promise<Seen> {
    const seen = await askAddresses(this.#server, NAME)
    this.asked++
    if (!seen.answered) this.unanswered++
    return seen
  }
}

function tellHowToStop({ server, primary }: Stage): void {
  const [dns] = server.bound
  say(`All is left running. Ask it:  dig @127.0.0.1 -p ${dns?.port} ${NAME}`)
  say(`Stop it with Ctrl+C. The primary is at ${PROBED}:${primary.port}.`)
}

/** A web server that says 200 to everything while it runs. */
class WebServer implements AsyncDisposable {
  #http: HttpServer | undefined
  port = 0

  async start(port: number): Promise<void> {
    const http = createServer((_, response) => response.end('ok\n'))
    this.#http = http
    await new Promise<void>((resolve, reject) => {
      http.once('error', reject)
      http.listen(port, PROBED, resolve)
    })
    this.port = (http.address() as AddressInfo).port
  }

  async stop(): Promise<void> {
    const http = this.#http
    this.#http = undefined
    if (http === undefined) return
    http.closeAllConnections()
    await new Promise(resolve => http.close(resolve))
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }
}

function tell({ kind, endpoint, from, to, why }: TransitionView): void {
  const what = kind === 'selection' ? 'the answer' : endpoint
  say(`${new Date().toISOString().slice(11, 23)}  ${what}: ${from} -> ${to} (${why})`)
}

async function waitFor(condition: () => boolean): Promise<void> {
  const untilMs = performance.now() + PATIENCE_MS
  while (!condition() && performance.now() < untilMs) await pause()
}

function pause(): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, POLL_MS))
}

function seconds(milliseconds: number | undefined): string {
  return milliseconds === undefined ? '-' : `${(milliseconds / 1000).toFixed(2)} s`
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}
