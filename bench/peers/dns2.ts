/** A small server made with the package dns2, as one would write it: a Map of names. */
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { pinned } from '../processors.ts'
import type { Peer } from './peer.ts'

const SCRIPT = fileURLToPath(new URL('../dns2-server.ts', import.meta.url))

export const dns2: Peer = {
  name: 'dns2',
  checksHealth: false,
  version: () => (createRequire(import.meta.url)('dns2/package.json') as { version: string }).version,
  async start({ stage, processors }, port) {
    return stage.start('dns2', pinned(processors.server, [process.execPath, SCRIPT, String(port)]))
  },
}
