/** What is imported really fails over: the listings of the golden cases, with addresses and times of this host, through import, check and serve. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { parseAddress } from '#base/address.ts'
import { askUdp } from '#client/dns-client.ts'
import { AUTHORITY_FILE } from '#test/certificates.ts'
import { runUnderstudy } from '#test/child.ts'
import { HttpsServer } from '#test/https-server.ts'
import { ServerProcess } from '#test/server-process.ts'
import { TempFolder } from '#test/temp-folder.ts'
import { WebServer } from '#test/web-server.ts'
import { decodeMessage } from '#wire/message.ts'
import { dataToText } from '#wire/record-data.ts'
import { RrType } from '#wire/types.ts'

const NAME = 'www.example.com'
const TIMEOUT = { timeout: 120_000 }

interface Endpoints {
  readonly primary: string
  readonly backup: string
}

/** Imports the files of a golden case with these texts replaced, checks them, and serves them. */
async function serveImported(
  source: string,
  goldenCase: string,
  changes: readonly (readonly [from: string, to: string])[],
  env: Readonly<Record<string, string>> = {},
): Promise<ServerProcess> {
  await using folder = await TempFolder.open()
  const golden = new URL(`golden/${source}/${goldenCase}/`, import.meta.url)
  const names = readdirSync(golden).filter(name => name !== 'expected.txt')
  const unused = new Set(changes.map(([from]) => from))
  for (const name of names) {
    let text = readFileSync(new URL(name, golden), 'utf8')
    for (const [from, to] of changes) {
      if (text.includes(from)) unused.delete(from)
      text = text.replaceAll(from, to)
    }
    await folder.file(name, text)
  }
  assert.deepEqual([...unused], [], 'what is to be replaced is not in the files')
  const imported = await runUnderstudy(['import', source, ...names, '--out', 'zones'], { cwd: folder.path })
  assert.equal(imported.code, 0, imported.stderr)
  const checked = await runUnderstudy(['check', 'zones'], { cwd: folder.path })
  assert.equal(checked.code, 0, checked.stderr)
  const zones = await readdir(join(folder.path, 'zones'))
  const texts = zones.map(
    async name => [name, await readFile(join(folder.path, 'zones', name), 'utf8')] as const,
  )
  return await ServerProcess.start({ zones: Object.fromEntries(await Promise.all(texts)), env })
}

/** Over to the backup when the primary fails, and back; asked for after each selection. */
async function assertFailover(
  server: ServerProcess,
  { primary, backup }: Endpoints,
  setPrimary: (isUp: boolean) => void,
): Promise<void> {
  await server.log(({ msg }) => msg.startsWith('example.com/www/primary ') && msg.includes('-> up'))
  assert.deepEqual(await ask(server), [primary])
  for (const isUp of [false, true]) {
    const from = server.stdout.all.length
    setPrimary(isUp)
    await server.log(({ msg }) => msg.startsWith('example.com/www A: '), from)
    assert.deepEqual(await ask(server), [isUp ? primary : backup])
  }
}

/** The addresses that the server answers now. */
async function ask({ port }: ServerProcess): Promise<string[]> {
  const address = parseAddress('127.0.0.1')
  assert.ok(address !== undefined)
  const reply = await askUdp({ server: { address, port }, name: NAME, type: RrType.A, timeoutMs: 5000 })
  assert.equal(reply.kind, 'answer')
  const message = reply.kind === 'answer' ? decodeMessage(reply.bytes) : undefined
  return (message?.answer ?? []).map(({ type, data }) => dataToText(type, data))
}

describe('what is imported fails over', { concurrency: true }, () => {
  it('from a script', TIMEOUT, async () => {
    const endpoints = { primary: '127.0.0.31', backup: '127.0.0.32' }
    await using backup = await WebServer.start(endpoints.backup)
    await using primary = await WebServer.start(endpoints.primary, backup.port)
    await using server = await serveImported('script', 'listing', [
      ['203.0.113.1', endpoints.primary],
      ['203.0.113.2', endpoints.backup],
      ['//$PRIMARY_IP/', `//$PRIMARY_IP:${backup.port}/`],
      ['MAX_FAILS=3', 'MAX_FAILS=3\nCHECK_INTERVAL=1'],
    ])
    await assertFailover(server, endpoints, up => {
      primary.behaviour = { status: up ? 200 : 503 }
    })
  })

  it('from Route 53', TIMEOUT, async () => {
    const endpoints = { primary: '127.0.0.33', backup: '127.0.0.34' }
    let isUp = true
    await using primary = await HttpsServer.start(endpoints.primary, ({ url }) =>
      isUp && url === '/health' ? 200 : 503,
    )
    await using server = await serveImported('route53', 'listing', [
      ['203.0.113.1', endpoints.primary],
      ['203.0.113.2', endpoints.backup],
      ['"Port": 443', `"Port": ${primary.port}`],
      // The shortest interval of Route 53 is 10 s: one fail is to do.
      ['"FailureThreshold": 3', '"FailureThreshold": 1'],
    ])
    await assertFailover(server, endpoints, up => {
      isUp = up
    })
  })

  it('from Cloudflare: to the origin of weight 0, to the fallback pool, and back', TIMEOUT, async () => {
    const [first, second, spare] = ['127.0.0.35', '127.0.0.36', '127.0.0.37']
    const up = new Set([first, second])
    const statusOf = (address: string) => (request: IncomingMessage) =>
      up.has(address) && request.url === '/health' && request.headers.host?.startsWith('www.probe.test')
        ? 200
        : 503
    await using web = await HttpsServer.start(first, statusOf(first))
    await using other = await HttpsServer.start(second, statusOf(second))
    await using server = await serveImported(
      'cloudflare',
      'listing',
      [
        ['203.0.113.1', first],
        ['"203.0.113.2"', `"${second}", "port": ${other.port}`],
        ['203.0.113.3', spare],
        ['"port": 0', `"port": ${web.port}`],
        ['"Host": ["www.example.com"]', '"Host": ["www.probe.test"]'],
        // The shortest interval of Cloudflare is 5 s.
        ['"interval": 60', '"interval": 5'],
        ['"timeout": 5', '"timeout": 4'],
      ],
      { NODE_EXTRA_CA_CERTS: AUTHORITY_FILE },
    )
    await server.log(({ msg }) => msg.startsWith('example.com/main/web-2 ') && msg.includes('-> up'))
    assert.deepEqual(await ask(server), [first])
    for (const [address, isUp, answer] of [
      [first, false, second],
      [second, false, spare],
      [first, true, first],
    ] as const) {
      const from = server.stdout.all.length
      if (isUp) up.add(address)
      else up.delete(address)
      await server.log(({ msg }) => msg.startsWith('example.com/www A: '), from)
      assert.deepEqual(await ask(server), [answer])
    }
  })
})
