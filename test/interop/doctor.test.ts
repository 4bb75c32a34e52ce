/** `understudy doctor` by real servers: NSD has the parent zone, Understudy runs twice as ns1 and ns2. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { runUnderstudy } from '#test/child.ts'
import { ServerProcess } from '#test/server-process.ts'
import { TempFolder } from '#test/temp-folder.ts'
import { freePort } from '../../bench/ports.ts'
import { ReferenceServer } from './compare/reference-server.ts'

const NS1 = '127.0.1.1'
const NS2 = '127.0.2.1'
const LAME = '127.0.3.1'

/** What the parent zone holds beside its own SOA and NS, for one case each. */
const DELEGATIONS = {
  good: `lb NS ns1.lb\nlb NS ns2.lb\nns1.lb A ${NS1}\nns2.lb A ${NS2}\n`,
  'missing-ns': `lb NS ns1.lb\nns1.lb A ${NS1}\n`,
  'extra-ns': `lb NS ns1.lb\nlb NS ns2.lb\nlb NS old.parent.test.\nns1.lb A ${NS1}\nns2.lb A ${NS2}\nold CNAME ns1.lb\n`,
  'wrong-glue': `lb NS ns1.lb\nlb NS ns2.lb\nns1.lb A ${NS1}\nns2.lb A ${LAME}\n`,
  'no-glue': `lb NS ns1.lb\nlb NS ns2.lb\nns1.lb A ${NS1}\n`,
  'with-ds': `lb NS ns1.lb\nlb NS ns2.lb\nns1.lb A ${NS1}\nns2.lb A ${NS2}\nlb DS 12345 13 2 ${'ab'.repeat(32)}\n`,
  none: 'www A 192.0.2.1\n',
} as const
type Case = keyof typeof DELEGATIONS

function child(zone: string, serial: number, first = '192.0.2.1'): string {
  return `zone: ${zone}
nameservers: { ns1: ${NS1}, ns2: ${NS2} }
soa: { serial: ${serial} }
pools:
  www: { endpoints: [{ name: primary, address: ${first} }] }
names:
  www: { pool: www, ttl: 30s, ttl-min: 5s }
`
}

interface Report {
  readonly zones: readonly [
    {
      readonly findings: readonly {
        readonly check: string
        readonly severity: string
        readonly about: string
        readonly words: string
        readonly advice?: string
      }[]
    },
  ]
}

describe('understudy doctor', { concurrency: 2 }, () => {
  const stack = new AsyncDisposableStack()
  const parents = new Map<Case, string>()
  let port: number
  let node: ServerProcess

  before(async () => {
    const folder = stack.use(await TempFolder.open())
    port = await freePort([NS1, NS2])
    const zones = { 'lb.parent.test.yaml': child('lb.parent.test', 7), 'odd.test.yaml': child('odd.test', 7) }
    const otherZones = { ...zones, 'odd.test.yaml': child('odd.test', 8, '192.0.2.2') }
    node = stack.use(await ServerProcess.start({ zones, listen: [`${NS1}:${port}`] }))
    stack.use(await ServerProcess.start({ zones: otherZones, listen: [`${NS2}:${port}`] }))
    for (const [name, records] of Object.entries(DELEGATIONS) as [Case, string][]) {
      const odd = `$ORIGIN test.\nodd NS ns1.odd\nodd NS ns2.odd\nlame NS ns1.odd\nlame NS ns2.odd\nns1.odd A ${NS1}\nns2.odd A ${NS2}\n`
      await folder.file(`${name}/parent.test`, zoneText(records))
      await folder.file(`${name}/test`, zoneText(odd))
      const set = {
        folder: `${folder.path}/${name}`,
        zones: [
          { zone: 'parent.test', file: 'parent.test' },
          { zone: 'test', file: 'test' },
        ],
      }
      const started = stack.use(await ReferenceServer.start('nsd', set))
      parents.set(name, `${started.address.address}:${started.address.port}`)
    }
  })
  after(() => stack.disposeAsync())

  function zoneText(records: string): string {
    return `$TTL 600\n@ SOA ns hostmaster 1 7200 900 1209600 300\n@ NS ns\nns A 127.0.0.1\n${records}`
  }

  async function doctor(which: Case, zone = 'lb.parent.test', ...args: string[]) {
    const parent = parents.get(which) ?? ''
    const options = ['--parent', parent, '--resolver', parent, '--port', String(port), ...args]
    return await runUnderstudy(['doctor', zone, ...options], { cwd: node.folder.path })
  }

  /** Warnings and errors, each as `severity check about: words`. */
  async function wrong(which: Case, zone?: string): Promise<{ code: number | null; lines: string[] }> {
    const { code, stdout } = await doctor(which, zone, '--json')
    const { findings } = (JSON.parse(stdout) as Report).zones[0]
    const lines = findings
      .filter(({ severity }) => severity !== 'ok')
      .map(({ severity, check, about, words }) => `${severity} ${check} ${about}: ${words}`)
    return { code, lines }
  }

  it('finds nothing wrong with a good delegation, and says so', async () => {
    assert.deepEqual(await wrong('good'), { code: 0, lines: [] })
    const { stdout } = await doctor('good')
    assert.match(stdout, /^ {4}ok {7}has lb\.parent\.test, serial 7$/m)
    assert.match(stdout, /^ {4}ok {7}A is 192\.0\.2\.1 on all servers$/m)
    assert.match(stdout, /^lb\.parent\.test: 0 errors, 0 warnings, \d+ ok$/m)
  })

  it('finds both servers by the configuration before anything is delegated', async () => {
    assert.deepEqual(await wrong('none'), {
      code: 1,
      lines: [
        'error delegated : the parent does not delegate lb.parent.test: lb.parent.test does not exist there',
      ],
    })
    assert.match(
      (await doctor('none')).stdout,
      /127\.0\.2\.1 \(ns2\.lb\.parent\.test\)\n {4}ok {7}answers by UDP/,
    )
  })

  it('misses an NS record at the parent', async () => {
    assert.deepEqual(await wrong('missing-ns'), {
      code: 0,
      lines: [
        'warning ns-set : the zone has NS ns2.lb.parent.test, the parent has not: whoever comes from above does not find it',
      ],
    })
  })

  it('notices an NS record that only the parent has, and that its name is an alias', async () => {
    assert.deepEqual(await wrong('extra-ns'), {
      code: 1,
      lines: [
        'warning ns-set : the parent has NS old.parent.test, the zone has not',
        "error ns-name old.parent.test: is an alias of ns1.lb.parent.test: a name server's name must not be one (RFC 2181 §10.3)",
      ],
    })
  })

  it('notices glue that leads elsewhere, where nobody answers', async () => {
    assert.deepEqual(await wrong('wrong-glue'), {
      code: 1,
      lines: [
        `error glue ns2.lb.parent.test: the parent's glue ${LAME} is no address that the zone has (${NS2})`,
        `warning glue ns2.lb.parent.test: the parent has no glue for ${NS2}`,
        `error udp ${LAME} (ns2.lb.parent.test): does not answer by UDP: nobody listens at ${LAME}:${port}`,
        `error tcp ${LAME} (ns2.lb.parent.test): does not answer by TCP: nobody listens at ${LAME}:${port}`,
      ],
    })
  })

  it('misses glue', async () => {
    assert.deepEqual(await wrong('no-glue'), {
      code: 1,
      lines: [
        'error glue ns2.lb.parent.test: the parent has no glue: the name lies within the zone, and nobody finds the zone without the address',
      ],
    })
  })

  it('sees DS records above a zone without signatures', async () => {
    const { code, lines } = await wrong('with-ds')
    assert.equal(code, 1)
    assert.match(lines.join('\n'), /^error signatures : the parent has DS records, .*bogus$/)
  })

  it('compares serials and answers of both nodes', async () => {
    assert.deepEqual(await wrong('good', 'odd.test'), {
      code: 0,
      lines: [
        `warning serial : serials differ: 7 at ${NS1} and 8 at ${NS2}`,
        `warning same-answer www.odd.test: A differs: ${NS1} answers 192.0.2.1; ${NS2} answers 192.0.2.2`,
      ],
    })
    assert.match(
      (await doctor('good', 'odd.test')).stdout,
      /> .*"understudy explain www\.odd\.test A" on each$/m,
    )
  })

  it('sees a server that does not have the zone', async () => {
    const { code, lines } = await wrong('good', 'lame.test')
    assert.equal(code, 1)
    const refuses = (server: string) => `error authoritative ${server}: refuses: it does not have lame.test`
    assert.deepEqual(
      lines.filter(line => line.includes('refuses')),
      [refuses(`${NS1} (ns1.odd.test)`), refuses(`${NS2} (ns2.odd.test)`)],
    )
  })

  it('finds the servers of the parent by the resolver', async () => {
    // The server of the parent has the zone above it too, and answers for a resolver; its own port is no name server's.
    const args = ['lb.parent.test', '--resolver', parents.get('good') ?? '', '--port', '1', '--json']
    const { stdout } = await runUnderstudy(['doctor', ...args], { cwd: node.folder.path })
    const { findings } = (JSON.parse(stdout) as Report).zones[0]
    assert.equal(
      findings[0]?.words,
      'no server of the parent parent.test answers: 127.0.0.1: nobody listens at 127.0.0.1:1',
    )
  })

  it('walks to every zone of the configuration where none is named', async () => {
    const { stdout } = await runUnderstudy(
      ['doctor', '--parent', parents.get('good') ?? '', '--port', String(port)],
      { cwd: node.folder.path },
    )
    assert.match(stdout, /^lb\.parent\.test: 0 errors, 0 warnings/m)
    assert.match(stdout, /^odd\.test: 0 errors, 2 warnings/m)
  })
})
