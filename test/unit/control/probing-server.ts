/** The whole server in this process, with a pool of a primary and a backup that are really probed, and what it answers. */
import assert from 'node:assert/strict'
import { EventEmitter, once } from 'node:events'
import { formatComplaint } from '#base/complaint.ts'
import { askUdp } from '#client/dns-client.ts'
import { type LoadRequest, loadConfiguration } from '#config/load.ts'
import type { EventSink } from '#control/events.ts'
import { Server } from '#control/server.ts'
import type { TransitionView } from '#control/view.ts'
import { TempFolder } from '#test/temp-folder.ts'
import { decodeMessage } from '#wire/message.ts'
import { dataToText } from '#wire/record-data.ts'

interface Endpoint {
  readonly address: string
  readonly port?: number
}

const TIMING = 'interval: 400ms, fast-interval: 100ms, timeout: 300ms, fall: 2, rise: 1'

export class ProbingServer implements AsyncDisposable {
  readonly #stack: AsyncDisposableStack
  readonly #server: Server
  readonly #heard: EventEmitter
  readonly #verdicts: Map<string, TransitionView>
  readonly #folder: TempFolder

  private constructor(
    stack: AsyncDisposableStack,
    server: Server,
    heard: EventEmitter,
    verdicts: Map<string, TransitionView>,
    folder: TempFolder,
  ) {
    this.#stack = stack
    this.#server = server
    this.#heard = heard
    this.#verdicts = verdicts
    this.#folder = folder
  }

  /**
   * @param check keys of the check, as in `type: tcp, port: 80`
   * @param files others below the folder of zones, with their texts
   */
  static async start(
    check: string,
    primary: Endpoint,
    backup: Endpoint,
    files: Readonly<Record<string, string>> = {},
  ): Promise<ProbingServer> {
    await using stack = new AsyncDisposableStack()
    const folder = stack.use(await TempFolder.open())
    const zone = `zone: a.test
nameservers: { ns1: 127.0.0.1 }
checks:
  kind: { ${check}, ${TIMING} }
pools:
  www: { check: kind, endpoints: [${endpointText('primary', primary)}, ${endpointText('backup', backup)}] }
names:
  www: { pool: www }
`
    for (const [name, text] of Object.entries({ 'a.test.yaml': zone, ...files }))
      await folder.file(`zones/${name}`, text)
    const request: LoadRequest = { cwd: folder.path, env: {}, listen: ['127.0.0.1:0'] }
    const { configuration, complaints } = await loadConfiguration(request)
    assert.ok(configuration !== undefined, complaints.map(formatComplaint).join('\n'))
    const heard = new EventEmitter()
    const verdicts = new Map<string, TransitionView>()
    const nothing = (): void => undefined
    const events: EventSink = {
      probe: nothing,
      transition(transition) {
        if (transition.endpoint !== undefined) verdicts.set(transition.endpoint, transition)
        heard.emit('transition')
      },
      switched: nothing,
      failover: nothing,
      reload: nothing,
    }
    const log = { info: nothing, warn: nothing, error: nothing }
    const server = await Server.start({ request, version: '0', events, log }, configuration)
    stack.defer(() => server.close())
    return new ProbingServer(stack.move(), server, heard, verdicts, folder)
  }

  /** Resolves once the endpoint's verdict is so; tells why. */
  async verdict(endpoint: 'primary' | 'backup', verdict: 'up' | 'down'): Promise<string> {
    for (;;) {
      const transition = this.#verdicts.get(endpoint)
      if (transition?.to === verdict) return transition.why
      await once(this.#heard, 'transition')
    }
  }

  /** Writes a file below the folder of zones, and reads all anew. */
  async change(name: string, text: string): Promise<void> {
    await this.#folder.file(`zones/${name}`, text)
    const reloaded = await this.#server.reload()
    assert.ok(reloaded.done)
  }

  /** The addresses that www.a.test has now. */
  async answer(): Promise<string> {
    const [server] = this.#server.bound
    assert.ok(server !== undefined)
    const reply = await askUdp({ server, name: 'www.a.test', type: 1, timeoutMs: 5000 })
    const message = reply.kind === 'answer' ? decodeMessage(reply.bytes) : undefined
    return message?.answer.map(({ type, data }) => dataToText(type, data)).join(' ') ?? reply.kind
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync()
  }
}

function endpointText(name: string, { address, port }: Endpoint): string {
  return `{ name: ${name}, address: ${address}${port === undefined ? '' : `, port: ${port}`} }`
}
