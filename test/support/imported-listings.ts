/** Listings of other systems, in the golden cases of imports, through import, check and serve: with addresses of this host, whether they fail over. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { parseAddress } from '#base/address.ts'
import { askUdp } from '#client/dns-client.ts'
import { decodeMessage } from '#wire/message.ts'
import { dataToText } from '#wire/record-data.ts'
import { RrType } from '#wire/types.ts'
import { AUTHORITY_FILE } from './certificates.ts'
import { runUnderstudy } from './child.ts'
import { HttpsServer } from './https-server.ts'
import { ServerProcess } from './server-process.ts'
import { TempFolder } from './temp-folder.ts'
import { WebServer } from './web-server.ts'

const NAME = 'www.example.com'
/** Until the answer is another: some listings probe once a minute. */
const PATIENCE_MS = 240_000
/** Texts of the listing and what is put in their place, beside addresses and ports. */
export type Changes = readonly (readonly [from: string, to: string])[]

/** To the backup and back. */
export async function scriptFailsOver(changes: Changes): Promise<void> {
  const endpoints = { primary: '127.0.0.31', backup: '127.0.0.32' }
  await using backup = await WebServer.start(endpoints.backup)
  await using primary = await WebServer.start(endpoints.primary, backup.port)
  await using server = await serveImported('script', [
    ['203.0.113.1', endpoints.primary],
    ['203.0.113.2', endpoints.backup],
    ['//$PRIMARY_IP/', `//$PRIMARY_IP:${backup.port}/`],
    ...changes,
  ])
  await assertFailover(server, endpoints, up => {
    primary.behaviour = { status: up ? 200 : 503 }
  })
}

/** To the secondary, which has no check, and back. */
export async function route53FailsOver(changes: Changes): Promise<void> {
  const endpoints = { primary: '127.0.0.33', backup: '127.0.0.34' }
  let isUp = true
  await using primary = await HttpsServer.start(endpoints.primary, ({ url }) =>
    isUp && url === '/health' ? 200 : 503,
  )
  await using server = await serveImported('route53', [
    ['203.0.113.1', endpoints.primary],
    ['203.0.113.2', endpoints.backup],
    ['"Port": 443', `"Port": ${primary.port}`],
    ...changes,
  ])
  await assertFailover(server, endpoints, up => {
    isUp = up
  })
}

/** To the origin of weight 0, to the fallback pool, and back. */
export async function cloudflareFailsOver(changes: Changes): Promise<void> {
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
    [
      ['203.0.113.1', first],
      ['"203.0.113.2"', `"${second}", "port": ${other.port}`],
      ['203.0.113.3', spare],
      ['"port": 0', `"port": ${web.port}`],
      // The certificates of this host are for that name.
      ['"Host": ["www.example.com"]', '"Host": ["www.probe.test"]'],
      ...changes,
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
    await server.log(({ msg }) => msg.startsWith('example.com/www A: '), from, PATIENCE_MS)
    assert.deepEqual(await ask(server), [answer])
  }
}

interface Endpoints {
  readonly primary: string
  readonly backup: string
}

/** Imports the files of a golden case with these texts replaced, checks them, and serves them. */
async function serveImported(
  source: string,
  changes: Changes,
  env: Readonly<Record<string, string>> = {},
): Promise<ServerProcess> {
  await using folder = await TempFolder.open()
  const golden = new URL(`../unit/import/golden/${source}/listing/`, import.meta.url)
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
    await server.log(({ msg }) => msg.startsWith('example.com/www A: '), from, PATIENCE_MS)
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
