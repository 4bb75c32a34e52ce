/** Starts what is probed. */
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { freePort } from './ports.ts'
import { chooseProcessors, pinned } from './processors.ts'
import type { Stage } from './stage.ts'

export const ENDPOINT_KINDS = ['tcp', 'http', 'https'] as const
export type EndpointKind = (typeof ENDPOINT_KINDS)[number]

const SCRIPT = fileURLToPath(new URL('./probe-endpoints.ts', import.meta.url))

export class Endpoints {
  readonly port: number
  readonly #child: ChildProcess

  private constructor(port: number, child: ChildProcess) {
    this.port = port
    this.#child = child
  }

  /** On all addresses of 127.0.0.0/8, on the processor of the load. */
  static async start(stage: Stage, kind: EndpointKind): Promise<Endpoints> {
    const port = await freePort()
    const command = pinned(chooseProcessors().load, [process.execPath, SCRIPT, kind, String(port)])
    const child = stage.start(`endpoints-${kind}`, command, { ipc: true })
    await once(child, 'message')
    return new Endpoints(port, child)
  }

  /** Connections that they have accepted so far. */
  async accepted(): Promise<number> {
    this.#child.send('accepted')
    const [count] = (await once(this.#child, 'message')) as [number]
    return count
  }
}
