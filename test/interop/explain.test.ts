/** What `explain` says is answered is what dig gets, for every name and type; and the command line prints it. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Explanation } from '#control/explanation.ts'
import { type Finished, runUnderstudy } from '#test/child.ts'
import { dig } from '#test/dig.ts'
import { type DnsAddress, ServerProcess } from '#test/server-process.ts'
import { WebServer } from '#test/web-server.ts'

const PRIMARY = '127.0.0.1'
const BACKUP = '127.0.0.2'

const STATIC = `$TTL 300
@ SOA ns1 hostmaster 1 7200 3600 1209600 60
@ NS ns1
@ MX 10 mail
ns1 A 192.0.2.53
mail A 192.0.2.25
mail AAAA 2001:db8::25
text TXT "one" "two"
deep.empty A 192.0.2.4
alias CNAME www.ops.test.
chain CNAME alias
gone CNAME nothing
loop CNAME pool
pool CNAME loop
abroad CNAME www.example.net.
*.wild A 192.0.2.5
*.wild TXT "wild"
*.to CNAME mail
child NS ns.child
ns.child A 192.0.2.6
child DS 1 8 2 00
away NS ns.example.net.
old DNAME new
one.new A 192.0.2.7
toalias.new CNAME www.ops.test.
far DNAME example.net.
`

function zones(port: number): Record<string, string> {
  return {
    'static.test.zone': STATIC,
    'broken.test.zone': '@ NONSENSE\n',
    'ops.test.yaml': `zone: ops.test
nameservers: { ns1: 127.0.0.1 }
checks:
  web: { type: http, port: ${port}, path: /health, interval: 400ms, fast-interval: 100ms, timeout: 200ms, fall: 3, rise: 2 }
pools:
  www: { check: web, failback: manual, endpoints: [{ name: primary, address: ${PRIMARY} }, { name: backup, address: ${BACKUP} }] }
  both: { endpoints: [{ name: a, address: [192.0.2.1, "2001:db8::1"] }, { name: b, address: [192.0.2.2, "2001:db8::2"] }] }
  top: { endpoints: [{ name: first, pool: both }, { name: second, pool: plain }] }
  plain: { endpoints: [{ name: c, address: 192.0.2.3 }] }
  away: { endpoints: [{ name: one, hostname: one.example.net }, { name: two, hostname: two.example.net }] }
names: { www: { pool: www }, "@": { pool: both }, top: { pool: top }, "*.any": { pool: both }, cdn: { pool: away }, "*.cdn": { pool: away } }
`,
  }
}

const NAMES = [
  ...['', 'www.', 'top.', 'x.any.', 'any.', 'cdn.', 'x.cdn.', 'ns1.', 'nothing.'].map(
    one => `${one}ops.test`,
  ),
  ...[
    '',
    'mail.',
    'text.',
    'empty.',
    'alias.',
    'chain.',
    'gone.',
    'loop.',
    'abroad.',
    'x.wild.',
    'wild.',
    'x.to.',
  ].map(one => `${one}static.test`),
  ...['child.', 'x.child.', 'away.', 'old.', 'one.old.', 'two.old.', 'toalias.old.', 'x.far.', 'x.mail.'].map(
    one => `${one}static.test`,
  ),
  'broken.test',
  'x.broken.test',
  'example.net',
  'test',
]
const TYPES = ['A', 'AAAA', 'CNAME', 'TXT', 'MX', 'NS', 'SOA', 'DS', 'DNAME', 'ANY', 'TYPE65280']

/** What the last step must be, by what the response is. */
function fits({ steps, answer: { rcode, answer } }: Explanation): boolean {
  const kind = steps.at(-1)?.kind ?? ''
  switch (rcode) {
    case 'NXDOMAIN':
      return kind === 'no-name'
    case 'SERVFAIL':
      return kind === 'broken' || kind === 'managed'
    case 'REFUSED':
      return kind === 'outside'
    default:
      return answer.length === 0 ? kind === 'no-data' || kind === 'delegated' : kind !== 'broken'
  }
}

describe('explain', () => {
  const stack = new AsyncDisposableStack()
  let primary: WebServer
  let server: ServerProcess
  let dns: DnsAddress

  before(async () => {
    const backup = stack.use(await WebServer.start(BACKUP))
    primary = stack.use(await WebServer.start(PRIMARY, backup.port))
    server = stack.use(await ServerProcess.start({ zones: zones(backup.port) }))
    dns = server.dns[0] ?? assert.fail()
    for (const one of ['primary', 'backup'])
      await server.log(({ msg }) => msg.startsWith(`ops.test/www/${one} `) && msg.includes('-> up'))
  })
  after(() => stack.disposeAsync())

  async function explain(name: string, type: string): Promise<Explanation> {
    return JSON.parse(await server.get(`/api/v1/explain?name=${name}&type=${type}`)) as Explanation
  }

  function run(...args: readonly string[]): Promise<Finished> {
    return runUnderstudy([...args, '--server', server.adminUrl])
  }

  it(`says what dig gets, for ${NAMES.length * TYPES.length} questions`, { timeout: 240_000 }, async () => {
    const spaced = (records: readonly string[]): string[] =>
      records.map(one => one.replaceAll(/\s+/g, ' ')).sort()
    for (const name of NAMES) {
      for (const type of TYPES) {
        const explanation = await explain(name, type)
        const got = await dig(dns, '+tcp', '+norecurse', name, type)
        const { answer } = explanation
        const records = got.answer.map(one => `${one.owner} ${one.ttl} ${one.class} ${one.type} ${one.data}`)
        const authority = got.authority.map(
          one => `${one.owner} ${one.ttl} ${one.class} ${one.type} ${one.data}`,
        )
        assert.deepEqual(
          [answer.rcode, answer.flags.includes('aa'), spaced(answer.answer), spaced(answer.authority)],
          [got.status, got.flags.includes('aa'), spaced(records), spaced(authority)],
          `${name} ${type}`,
        )
        assert.ok(fits(explanation), `${name} ${type}: ${JSON.stringify(explanation.steps)} ${answer.rcode}`)
      }
    }
  })

  it('and history tell of a failover at the command line', { timeout: 60_000 }, async () => {
    await primary.stop()
    await server.log(({ msg }) => msg.startsWith('ops.test/www A') && msg.includes('primary -> backup'))
    const { stdout, code } = await run('explain', 'www.ops.test')
    assert.equal(code, 0)
    assert.match(stdout, /^ {2}www\.ops\.test\. \d+ IN A 127\.0\.0\.2$/m)
    assert.match(stdout, /^ {3}- primary, down\n.*127\.0\.0\.1: down since .*\n +fail \d+ s ago: .*refused/m)
    assert.match(stdout, /^ {2}-> backup, up: answered in place of those before it$/m)
    const { stdout: past } = await run('history', 'www.ops.test', '--since', '1h')
    assert.match(
      past.trimEnd().split('\n').at(-1) ?? '',
      /ops\.test\/www A +primary -> backup +primary is down: /,
    )
    const { transitions } = JSON.parse((await run('history', '--json')).stdout) as { transitions: unknown[] }
    assert.ok(transitions.length >= 3)
    assert.match((await run('history', 'nothing.test')).stderr, /no managed name is called nothing\.test/)
  })

  it('refuses what is not there yet, and what is no name', async () => {
    const client = await run('explain', 'www.ops.test', '--client', '192.0.2.0/24')
    assert.equal(client.code, 2)
    assert.match(client.stderr, /--client is not supported yet/)
    const bad = await run('explain', 'a..b')
    assert.deepEqual([bad.code, bad.stderr], [1, 'understudy: query.name: is no domain name: empty label'])
  })
})
