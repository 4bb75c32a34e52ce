/** Starts the endpoints' web servers. */
import type { ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { pinned } from './processors.ts'
import type { Stage } from './stage.ts'

const SCRIPT = fileURLToPath(new URL('./web-server.ts', import.meta.url))
const START_LIMIT_MS = 5000

export interface WebServer {
  readonly child: ChildProcess
  /** Monotonic nanoseconds of the newest requests, oldest first. */
  readonly askedNs: readonly bigint[]
}

/** Resolves when every address is listened on. */
export async function startWeb(
  stage: Stage,
  { port, addresses, processor }: { port: number; addresses: readonly string[]; processor: number },
): Promise<WebServer> {
  const command = pinned(processor, [process.execPath, SCRIPT, String(port), ...addresses])
  const child = stage.start('web', command, { ipc: true })
  const askedNs: bigint[] = []
  let listening = 0
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('a web server does not start')), START_LIMIT_MS)
    child.on('message', (message: { kind: 'asked' | 'listening'; atNs: string }) => {
      if (message.kind === 'asked') askedNs.push(BigInt(message.atNs))
      else if (++listening === addresses.length) {
        clearTimeout(timer)
        resolve()
      }
    })
  })
  return { child, askedNs }
}
