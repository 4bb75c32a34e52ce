/** Whoever reads what a command prints may go away, as `head` does; and whoever waits for one may give it up. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, it } from 'node:test'
import { ROOT_FOLDER, understudy } from '#test/child.ts'
import { TempFolder } from '#test/temp-folder.ts'

/** More than a pipe holds: 64 KiB. */
const MANY = 2000

const POOL = {
  ...{ zone: 'a.test', policy: 'failover', names: [], selections: [], overrides: [] },
  endpoints: [{ name: 'primary', addresses: [{ address: '192.0.2.1', verdict: 'up' }] }],
}

interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs it through a shell, as a person would, and with a reader of its standard output. */
async function piped(args: readonly string[], reader: string): Promise<Ended> {
  const command = `{ "$0" "$@"; echo "code $?" >&2; } | ${reader}`
  const child = spawn('sh', ['-c', command, process.execPath, `${ROOT_FOLDER}bin/understudy.js`, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)])
  const code = /^code (\d+)$/m.exec(stderr)?.[1]
  return { code: Number(code), stdout, stderr: stderr.replace(/^code \d+\n/m, '') }
}

/** A server that has so many pools. */
async function withPools(count: number, use: (url: string) => Promise<void>): Promise<void> {
  const pools = Array.from({ length: count }, (_, index) => ({ ...POOL, pool: `p${index}` }))
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ pools, overrides: [], alarms: [] }))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  } finally {
    server.close()
  }
}

describe('what a command prints', { concurrency: true }, () => {
  it('comes in full to a reader that takes its time', async () => {
    await withPools(MANY, async url => {
      const { code, stdout, stderr } = await piped(['status', '--server', url], '(sleep 1; cat)')
      assert.deepEqual([code, stderr, stdout.match(/^a\.test/gm)?.length], [0, '', MANY])
    })
  })

  it('may be left unread', async () => {
    await withPools(MANY, async url => {
      const { code, stdout, stderr } = await piped(['status', '--server', url], 'head -1')
      assert.deepEqual([code, stderr, stdout], [0, '', 'a.test/p0: failover, no health check\n'])
    })
    const { code, stderr } = await piped(['demo'], 'head -1')
    assert.deepEqual([code, stderr], [0, ''])
  })
})

describe('understudy demo', { concurrency: true }, () => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    it(`leaves nothing behind when ${signal} comes in the middle of it`, async () => {
      await using folder = await TempFolder.open()
      await using demo = understudy(['demo'], { env: { TMPDIR: folder.path } })
      await demo.stdout.find(line => line.startsWith('Both are up.'))
      assert.match(readdirSync(folder.path).join(), /understudy-demo-/)
      demo.kill(signal)
      const { code } = await demo.exit
      assert.deepEqual(readdirSync(folder.path), [])
      assert.equal(code, signal === 'SIGINT' ? 130 : 143)
    })
  }
})
