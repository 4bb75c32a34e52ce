/** What `understudy import gdnsd` makes, beside the real gdnsd on the same configuration and the same web servers. */
import assert from 'node:assert/strict'
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Child, runUnderstudy } from '#test/child.ts'
import { dig } from '#test/dig.ts'
import { type DnsAddress, ServerProcess } from '#test/server-process.ts'
import { TempFolder } from '#test/temp-folder.ts'
import { WebServer } from '#test/web-server.ts'
import { freePort } from '../../bench/ports.ts'

const GOLDEN = fileURLToPath(new URL('../unit/import/golden/gdnsd/', import.meta.url))
/** Those that are good, and need no database of places. */
const GOOD_CASES = ['simple', 'full', 'metafo', 'weighted', 'syntax']
const SBIN = { env: { PATH: `${process.env['PATH']}:/usr/sbin` } }
const TIMEOUT = { timeout: 120_000 }
const PATIENCE_MS = 40_000
/** Queries of a name that is drawn anew for each. */
const DRAWS = 40

const [A, B, C, D] = ['127.0.0.11', '127.0.0.12', '127.0.0.13', '127.0.0.14'] as const

function configuration(folder: string, port: number, web: number): string {
  return `options => {
  listen => 127.0.0.1:${port}, udp_threads => 1, tcp_threads => 1
  run_dir => ${folder}/run, state_dir => ${folder}/state
}
service_types => {
  web => {
    plugin => http_status, port => ${web}, url_path => /health, vhost => www.same.test
    interval => 2, timeout => 1, up_thresh => 2, ok_thresh => 2, down_thresh => 3
  }
  port => { plugin => tcp_connect, port => ${web}, interval => 2, timeout => 1, up_thresh => 2, ok_thresh => 2, down_thresh => 3 }
  command => {
    plugin => extmon, direct => true, interval => 2, timeout => 1
    cmd => [ "/bin/bash", "-c", "exec 3<>/dev/tcp/%%ITEM%%/${web}" ]
  }
}
plugins => {
  simplefo => { service_types => web, www => { primary => ${A}, secondary => ${B} } }
  multifo => {
    service_types => [ web, port ]
    most => { a => ${A}, b => ${B}, c => ${C}, d => ${D} }
    one => { up_thresh => 0.1, a => ${A}, b => ${B}, c => ${C} }
    shell => { service_types => command, up_thresh => 0.1, a => ${A}, d => ${D} }
    blind => { ignore_health => true, a => ${A}, b => ${B} }
  }
  weighted => { service_types => web, up_thresh => 0.01, drawn => { a = [ ${A}, 30 ], b = [ ${B}, 20 ], c = [ ${C}, 20 ] } }
  metafo => {
    service_types => web
    resources => {
      centers => {
        datacenters => [ near, far, last ]
        dcmap => { near => [ ${A}, ${B} ], far => %simplefo!www, last => ${C} }
      }
      plain => { datacenters => [ x, y ], dcmap => { x => ${B}, y => ${D} } }
    }
  }
  static => { fixed => 192.0.2.80, elsewhere => cdn.example.net. }
}
`
}

const ZONE = `$TTL 600
@ SOA ns1 hostmaster ( 1 2h 15M 2w 300 )
@ NS ns1.@Z
@ NS ns2
ns1 A 192.0.2.53
ns2 A 192.0.2.54
www 30/5 DYNA simplefo!www
most 30/5 DYNA multifo!most
one 30/5 DYNA multifo!one
shell 30/5 DYNA multifo!shell
blind 30/5 DYNA multifo!blind
drawn 30/5 DYNC weighted!drawn
centers 30/5 DYNA metafo!centers
far 30/5 DYNA metafo!centers/far
plain 30/5 DYNA metafo!plain
fixed DYNA static!fixed
elsewhere DYNC static!elsewhere
*.wild 30/5 DYNA simplefo!www
$ORIGIN deep.@F
text TXT "one" "two"
mail MX 10 ns1.@Z
`

/** The addresses of each name while all are up. */
const WELL: Readonly<Record<string, readonly string[]>> = {
  www: [A],
  most: [A, B, C, D],
  one: [A, B, C],
  shell: [A, D],
  blind: [A, B],
  drawn: [A, B, C],
  centers: [A, B],
  far: [A],
  plain: [B],
  'any.wild': [A],
}

const WITHOUT_A: typeof WELL = {
  ...WELL,
  www: [B],
  most: [B, C, D],
  one: [B, C],
  shell: [D],
  drawn: [B, C],
  centers: [B],
  far: [B],
  'any.wild': [B],
}

describe('import gdnsd', () => {
  for (const one of GOOD_CASES) {
    it(`takes for good what gdnsd takes for good: ${one}`, async () => {
      await using folder = await TempFolder.open()
      await cp(`${GOLDEN}${one}`, folder.path, { recursive: true })
      await mkdir(join(folder.path, 'state'))
      const config = join(folder.path, 'config')
      const text = (await readFile(config, 'utf8')).replace(/run_dir = .*/, '')
      const dirs = `run_dir => ${folder.path}/run, state_dir => ${folder.path}/state`
      const isSaid = /^"?options"?\s*=>?\s*\{/m.test(text)
      await writeFile(
        config,
        isSaid
          ? text.replace(/^"?options"?\s*=>?\s*\{/m, start => `${start} ${dirs}, `)
          : `options => { ${dirs} }\n${text}`,
      )
      await using child = new Child(['gdnsd', '-c', folder.path, 'checkconf'], SBIN)
      const { code } = await child.exit
      assert.equal(code, 0, child.stderr.text)
      const { stderr, stdout } = await runUnderstudy(['import', 'gdnsd', folder.path])
      assert.doesNotMatch(stderr, /nothing is written/)
      assert.match(stdout, /^zone: /m)
    })
  }
})

describe('gdnsd, and Understudy on what is imported from it', TIMEOUT, () => {
  let stack: AsyncDisposableStack
  let folder: TempFolder
  let server: ServerProcess
  let servers: Readonly<Record<'gdnsd' | 'understudy', DnsAddress>>
  const web = new Map<string, WebServer>()

  before(async () => {
    stack = new AsyncDisposableStack()
    const port = await freePort([A, B, C, D])
    for (const address of [A, B, C, D]) web.set(address, stack.use(await WebServer.start(address, port)))
    folder = stack.use(await TempFolder.open())
    const dnsPort = await freePort()
    await folder.file('config', configuration(folder.path, dnsPort, port))
    await folder.file('zones/same.test', ZONE)
    await mkdir(join(folder.path, 'run'))
    await mkdir(join(folder.path, 'state'))
    const out = join(folder.path, 'out')
    const imported = await runUnderstudy(['import', 'gdnsd', folder.path, '--out', out])
    assert.equal(imported.code, 0, imported.stderr)
    const zones: Record<string, string> = {}
    for (const name of await readdir(out)) zones[name] = await readFile(join(out, name), 'utf8')
    const gdnsd = stack.use(new Child(['gdnsd', '-c', folder.path, 'start'], SBIN))
    server = stack.use(await ServerProcess.start({ zones }))
    await gdnsd.stderr.find(line => /DNS listeners started/.test(line))
    servers = {
      gdnsd: { address: '127.0.0.1', port: dnsPort },
      understudy: { address: '127.0.0.1', port: server.port },
    }
  })
  after(() => stack.disposeAsync())

  it('answer the same while all is well, with the same TTL', async () => {
    await bothAnswer(WELL)
    for (const name of ['www', 'most', 'centers', 'plain']) {
      const [ours, theirs] = await Promise.all([ttlOf('understudy', name), ttlOf('gdnsd', name)])
      assert.equal(ours, theirs, name)
    }
  })

  for (const [name, type] of [
    ['@', 'SOA'],
    ['@', 'NS'],
    ['ns1', 'A'],
    ['fixed', 'A'],
    ['fixed', 'AAAA'],
    ['elsewhere', 'A'],
    ['text.deep', 'TXT'],
    ['mail.deep', 'MX'],
    ['nowhere', 'A'],
    ['www', 'AAAA'],
  ] as const) {
    it(`answer the same of what is static: ${name} ${type}`, async () => {
      const question = [name === '@' ? 'same.test' : `${name}.same.test`, type]
      const [ours, theirs] = await Promise.all([
        dig(servers.understudy, ...question),
        dig(servers.gdnsd, ...question),
      ])
      assert.equal(ours.status, theirs.status)
      assert.deepEqual(sorted(ours.answer.map(shown)), sorted(theirs.answer.map(shown)))
    })
  }

  it('answer the same when the first address is down', async () => {
    await web.get(A)?.stop()
    await bothAnswer(WITHOUT_A)
  })

  it('answer the same when three of four are down', async () => {
    await web.get(B)?.stop()
    await web.get(D)?.stop()
    await bothAnswer({
      ...WELL,
      www: [A],
      most: [A, B, C, D],
      one: [C],
      shell: [A, D],
      drawn: [C],
      centers: [C],
      far: [A],
      plain: [B],
      'any.wild': [A],
    })
  })

  it('answer the same when all are back', async () => {
    for (const address of [A, B, D]) await web.get(address)?.start()
    await bothAnswer(WELL)
  })

  it('answer the same under admin_state, by the commands that the report says', async () => {
    await writeFile(join(folder.path, 'state/admin_state'), `${A}/* => DOWN ; in repair\n*/near => UP\n`)
    const { code, stderr } = await runUnderstudy([
      'import',
      'gdnsd',
      folder.path,
      join(folder.path, 'state/admin_state'),
    ])
    assert.equal(code, 1)
    const commands = Array.from(
      stderr.matchAll(/understudy (force \S+ (?:up|down --force) --for \w+)/g),
      ([, command = '']) => command,
    )
    for (const command of commands) {
      const forced = await runUnderstudy([...command.split(' '), '--server', server.adminUrl])
      assert.equal(forced.code, 0, `${command}: ${forced.stderr}`)
    }
    await bothAnswer(WITHOUT_A)
  })

  /** Neither tells when it has seen all of a change, so both are asked until they answer so. */
  async function bothAnswer(expected: Readonly<Record<string, readonly string[]>>): Promise<void> {
    const end = performance.now() + PATIENCE_MS
    for (const [name, addresses] of Object.entries(expected)) {
      for (const server of ['understudy', 'gdnsd'] as const) {
        const wanted = sorted(addresses)
        let got = await addressesOf(server, name)
        while (got.join() !== wanted.join() && performance.now() < end) got = await addressesOf(server, name)
        assert.deepEqual(got, wanted, `${name} at ${server}`)
      }
    }
  }

  async function addressesOf(server: 'gdnsd' | 'understudy', name: string): Promise<string[]> {
    const all = new Set<string>()
    for (let draw = 0; draw < (name === 'drawn' ? DRAWS : 1); draw++) {
      const { answer } = await dig(servers[server], `${name}.same.test`, 'A')
      for (const { data } of answer) all.add(data)
    }
    return sorted([...all])
  }

  async function ttlOf(server: 'gdnsd' | 'understudy', name: string): Promise<number | undefined> {
    return (await dig(servers[server], `${name}.same.test`, 'A')).answer[0]?.ttl
  }
})

function shown({
  owner,
  ttl,
  type,
  data,
}: {
  owner: string
  ttl: number
  type: string
  data: string
}): string {
  return [owner, ttl, type, data].join(' ')
}

function sorted(all: readonly string[]): string[] {
  return [...all].sort()
}
