/** Where settings come from, and what becomes of folders of zones. */
import assert from 'node:assert/strict'
import { symlink, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { formatSocketAddr } from '#base/address.ts'
import { checkPath, loadConfiguration } from '#config/load.ts'
import { nameToText } from '#wire/name.ts'
import { folderOf, linesOf } from './folder.ts'

const zone = (name: string): string => `zone: ${name}\nnameservers: { ns1: 192.0.2.53 }\n`
const master =
  '@ 3600 IN SOA ns1 hostmaster 7 7200 900 1209600 300\n@ 3600 IN NS ns1\nns1 3600 IN A 192.0.2.53\n'

test('defaults without a file', async () => {
  await using folder = await folderOf({ 'zones/a.example.yaml': zone('a.example') })
  const { configuration, complaints } = await loadConfiguration({ cwd: folder.path, env: {} })
  assert.deepEqual(complaints, [])
  assert.ok(configuration)
  const { dns, admin, node, answering, ...rest } = configuration.settings
  assert.deepEqual(dns.map(formatSocketAddr), ['127.0.0.1:5300'])
  assert.equal(formatSocketAddr(admin), '127.0.0.1:8053')
  assert.notEqual(node, '')
  assert.deepEqual(rest, {
    adminNames: [],
    adminTls: undefined,
    tokens: [],
    metrics: undefined,
    responders: undefined,
    udp: 'auto',
    zonesPath: join(folder.path, 'zones'),
    statePath: join(folder.path, 'state/understudy.db'),
    history: { days: 7, rows: 2_000_000 },
    logLevel: 'info',
    logFormat: 'auto',
    references: [],
    whileCutOff: 'serve',
    resolvers: undefined,
    alerts: [],
    watch: true,
  })
  const { introspectionFrom, ...others } = answering
  const { exempt, ...rateLimit } = answering.rateLimit
  for (const networks of [exempt, introspectionFrom])
    assert.deepEqual(
      networks.map(({ address, bits }) => `${address.text}/${bits}`),
      ['127.0.0.0/8', '::1/128'],
    )
  assert.deepEqual(
    { ...others, rateLimit },
    {
      minimalResponses: true,
      reveal: { id: true, version: true },
      cookieSecrets: undefined,
      rateLimit: { mode: 'on', perSecond: 200, slip: 2, ipv4Prefix: 24, ipv6Prefix: 56 },
      queryLog: undefined,
      tcp: { idleMs: 10_000, connections: 1000, connectionsPerClient: 100 },
    },
  )
})

const SECRETS = ['000102030405060708090a0b0c0d0e0f', '101112131415161718191a1b1c1d1e1f'] as const
const answeringText = `minimal-responses: false
reveal: { id: true, version: false }
cookies: { secrets-file: secrets/cookies }
rate-limit: { mode: log-only, responses-per-second: 5, slip: 0, ipv4-prefix: 32, ipv6-prefix: 64, exempt: [192.0.2.0/24, "2001:db8::1"] }
query-log: { sample: 0.01, per-second: 7 }
tcp: { idle: 30s, connections: 10, connections-per-client: 2 }
introspection-from: []
`

test('how DNS is answered, and cookie secrets from a file of their own or the environment', async () => {
  await using folder = await folderOf({
    'understudy.yaml': answeringText,
    'secrets/cookies': `# the new one\n${SECRETS[0]}\n\n  ${SECRETS[1]} # the old one\n`,
    'zones/a.example.yaml': zone('a.example'),
  })
  const { configuration, complaints } = await loadConfiguration({ cwd: folder.path, env: {} })
  assert.deepEqual(complaints, [])
  assert.ok(configuration)
  const { cookieSecrets, rateLimit, ...rest } = configuration.settings.answering
  assert.deepEqual(
    cookieSecrets?.map(secret => Buffer.from(secret).toString('hex')),
    SECRETS,
  )
  assert.deepEqual(
    rateLimit.exempt.map(({ address, bits }) => `${address.text}/${bits}`),
    ['192.0.2.0/24', '2001:db8::1/128'],
  )
  assert.equal(rateLimit.mode, 'log-only')
  assert.deepEqual(rest, {
    minimalResponses: false,
    reveal: { id: true, version: false },
    queryLog: { sample: 0.01, perSecond: 7 },
    tcp: { idleMs: 30_000, connections: 10, connectionsPerClient: 2 },
    introspectionFrom: [],
  })
  const env = { UNDERSTUDY_COOKIE_SECRETS: SECRETS[1] }
  const other = await loadConfiguration({ cwd: folder.path, env })
  assert.deepEqual(
    other.configuration?.settings.answering.cookieSecrets?.map(one => Buffer.from(one).toString('hex')),
    [SECRETS[1]],
  )
})

test('a bad cookie secret is complained of and never shown', async () => {
  await using folder = await folderOf({
    'understudy.yaml': 'cookies: { secrets-file: cookies }\n',
    cookies: `${SECRETS[0]}\n ${SECRETS[1]}ff\n`,
    'zones/a.example.yaml': zone('a.example'),
  })
  const fromFile = await loadConfiguration({ cwd: folder.path, env: {} })
  assert.equal(fromFile.configuration, undefined)
  assert.match(linesOf(fromFile.complaints).join('\n'), /^cookies:2:2: a secret has 32 hexadecimal digits/)
  const fromEnv = await loadConfiguration({ cwd: folder.path, env: { UNDERSTUDY_COOKIE_SECRETS: 'abc' } })
  assert.match(linesOf(fromEnv.complaints).join('\n'), /^UNDERSTUDY_COOKIE_SECRETS: a secret has/)
  for (const { complaints } of [fromFile, fromEnv])
    assert.doesNotMatch(JSON.stringify(complaints), /1011121314|abc/)
  await using without = await folderOf({
    'understudy.yaml': 'cookies: { secrets-file: gone }\n',
    'zones/a.example.yaml': zone('a.example'),
  })
  const missing = await loadConfiguration({ cwd: without.path, env: {} })
  assert.match(
    linesOf(missing.complaints).join('\n'),
    /^understudy\.yaml:1:\d+: cookies\.secrets-file: gone: no such file/,
  )
})

const everything = `node: ns1
listen: { dns: ["127.0.0.1:53", "[::1]:53"], admin: 127.0.0.1:1, metrics: 0.0.0.0:9153 }
zones: ./z
state: ../s.db
responders: 2
udp: portable
log: { level: debug, format: json }
references: [tcp://192.0.2.1:53, "tcp://[2001:db8::1]:443"]
watch: false
resolvers: [192.0.2.1, "[2001:db8::1]:5353"]
while-cut-off: servfail
`

test('a file says everything, relative to itself; the command line outranks it', async () => {
  await using folder = await folderOf({
    'etc/understudy.yaml': everything,
    'etc/z/a.example.yaml': zone('a.example'),
  })
  const request = { configFile: 'etc/understudy.yaml', cwd: folder.path, env: {} }
  const { configuration } = await loadConfiguration(request)
  assert.ok(configuration)
  const { dns, admin, metrics, answering: _, references, resolvers = [], ...rest } = configuration.settings
  assert.deepEqual(
    references.map(({ name, address, spec }) => [name, address.text, spec]),
    [
      ['tcp://192.0.2.1:53', '192.0.2.1', { type: 'tcp', port: 53 }],
      ['tcp://[2001:db8::1]:443', '2001:db8::1', { type: 'tcp', port: 443 }],
    ],
  )
  assert.deepEqual(resolvers.map(formatSocketAddr), ['192.0.2.1:53', '[2001:db8::1]:5353'])
  assert.deepEqual([...dns, admin, ...(metrics ? [metrics] : [])].map(formatSocketAddr), [
    '127.0.0.1:53',
    '[::1]:53',
    '127.0.0.1:1',
    '0.0.0.0:9153',
  ])
  assert.deepEqual(rest, {
    node: 'ns1',
    adminNames: [],
    adminTls: undefined,
    tokens: [],
    responders: 2,
    udp: 'portable',
    zonesPath: join(folder.path, 'etc/z'),
    statePath: join(folder.path, 's.db'),
    history: { days: 7, rows: 2_000_000 },
    logLevel: 'debug',
    logFormat: 'json',
    whileCutOff: 'servfail',
    alerts: [],
    watch: false,
  })
  const line = { zones: 'etc/z', state: 'x.db', listen: ['127.0.0.1:0', '127.0.0.1:0'], admin: '[::1]:2' }
  const outranked = (await loadConfiguration({ ...request, ...line })).configuration?.settings
  assert.ok(outranked)
  assert.deepEqual([...outranked.dns, outranked.admin].map(formatSocketAddr), [
    '127.0.0.1:0',
    '127.0.0.1:0',
    '[::1]:2',
  ])
  assert.equal(outranked.zonesPath, join(folder.path, 'etc/z'))
  assert.equal(outranked.statePath, join(folder.path, 'x.db'))
})

test('what is wrong with references', async () => {
  await using folder = await folderOf({
    'zones/a.example.yaml': zone('a.example'),
    'understudy.yaml': `references: [192.0.2.1, "tcp://192.0.2.1", "tcp://192.0.2.1:0", "tcp://ns.example:53"]\nwhile-cut-off: stop\n`,
    'twice.yaml': `references: ["tcp://192.0.2.1:53", "tcp://192.0.2.1:53"]\n`,
  })
  const linesFor = async (configFile: string): Promise<string[]> =>
    linesOf((await loadConfiguration({ configFile, cwd: folder.path, env: {} })).complaints)
  const wrong = (column: number, index: number, text: string): string =>
    `understudy.yaml:1:${column}: references[${index}]: ${text} is not a reference such as tcp://192.0.2.1:53: an address and a port that answer when this node's network works`
  assert.deepEqual(await linesFor('understudy.yaml'), [
    wrong(14, 0, '192.0.2.1'),
    wrong(25, 1, 'tcp://192.0.2.1'),
    wrong(44, 2, 'tcp://192.0.2.1:0'),
    wrong(65, 3, 'tcp://ns.example:53'),
    'understudy.yaml:2:16: while-cut-off: stop is not one of serve, servfail',
  ])
  assert.deepEqual(await linesFor('twice.yaml'), [
    'twice.yaml:1:13: references: tcp://192.0.2.1:53 is here twice',
  ])
})

test('the file is the one named, or UNDERSTUDY_CONFIG, or understudy.yaml', async () => {
  await using folder = await folderOf({
    'understudy.yaml': 'node: here',
    'other.yaml': 'node: other',
    'zones/a.example.zone': master,
  })
  const nodeOf = async (configFile?: string, env = {}): Promise<string | undefined> => {
    const request = { ...(configFile === undefined ? {} : { configFile }), cwd: folder.path, env }
    return (await loadConfiguration(request)).configuration?.settings.node
  }
  assert.equal(await nodeOf(), 'here')
  assert.equal(await nodeOf(undefined, { UNDERSTUDY_CONFIG: 'other.yaml' }), 'other')
  assert.equal(await nodeOf('understudy.yaml', { UNDERSTUDY_CONFIG: 'other.yaml' }), 'here')
  const gone = await loadConfiguration({ configFile: 'gone.yaml', cwd: folder.path, env: {} })
  assert.equal(gone.configuration, undefined)
  assert.deepEqual(linesOf(gone.complaints), ['gone.yaml: no such file'])
})

test('a bad command line', async () => {
  await using folder = await folderOf({ 'zones/a.example.zone': master })
  const listen = ['127.0.0.1', '127.0.0.1:53', '127.0.0.1:53']
  const bad = await loadConfiguration({ listen, admin: '0.0.0.0:8053', cwd: folder.path, env: {} })
  assert.equal(bad.configuration, undefined)
  assert.deepEqual(linesOf(bad.complaints), [
    'command line: --listen: 127.0.0.1 has no port; write 127.0.0.1:53',
    'command line: --admin: 0.0.0.0:8053 is not a loopback address: without a token the admin listener is for this host only; use 127.0.0.1, or make one with "understudy token NAME" and put it under tokens:',
    'command line: --listen: 127.0.0.1:53 is here twice',
  ])
})

test('a folder of zones that is missing or empty', async () => {
  await using folder = await folderOf({ 'empty/.hidden.zone': 'x' })
  const missing = await loadConfiguration({ cwd: folder.path, env: {} })
  assert.equal(missing.configuration, undefined)
  assert.match(linesOf(missing.complaints).join(), /^zones: there is no such folder; make it/)
  const empty = await loadConfiguration({ zones: 'empty', cwd: folder.path, env: {} })
  assert.deepEqual(empty.configuration?.zones, [])
  assert.deepEqual(linesOf(empty.complaints), ['empty: warning: holds no zones: no *.yaml and no *.zone'])
})

test('zones are found by their endings; master files of zones are not served by themselves', async () => {
  await using folder = await folderOf({
    'a.example.zone': master,
    'b.example.yml': 'zone: b.example\nrecords: b.example.zone\n',
    'b.example.zone': master,
    'notes.txt': 'no zone',
    '.c.example.zone': 'hidden',
    'elsewhere/d': master,
    'root.zone': master.replaceAll('ns1', 'ns1.'),
  })
  await symlink('elsewhere/d', join(folder.path, 'd.example.zone'))
  const { configuration, complaints } = await checkPath('.', { cwd: folder.path, env: {} })
  assert.deepEqual(linesOf(complaints), [])
  assert.deepEqual(
    configuration?.zones.map(({ file, zone }) => [file, nameToText(zone.origin)]),
    [
      ['b.example.yml', 'b.example.'],
      ['a.example.zone', 'a.example.'],
      ['d.example.zone', 'd.example.'],
      ['root.zone', '.'],
    ],
  )
})

test('a broken zone is listed, and the others are served', async () => {
  await using folder = await folderOf({
    'a.example.yaml': zone('a.example'),
    'b.example.yaml': `${zone('b.example')}nmaes: {}\n`,
    'c.example.yaml': 'zone: [',
    'c.example.zone': master,
    'd.yaml': 'zone: d.example\nrecords: d.example.zone\nnames: [',
    'd.example.zone': master,
    'no name.yaml': '{',
  })
  const { configuration } = await checkPath('.', { cwd: folder.path, env: {} })
  assert.deepEqual(
    configuration?.zones.map(({ file }) => file),
    ['a.example.yaml'],
  )
  assert.deepEqual(configuration?.broken.map(({ file, origin }) => [file, nameToText(origin)]).sort(), [
    ['b.example.yaml', 'b.example.'],
    ['c.example.yaml', 'c.example.'],
    ['d.yaml', 'd.example.'],
  ])
})

test('one zone in two files is an error that names both, and neither is served', async () => {
  await using folder = await folderOf({
    'a.yaml': zone('a.example'),
    'b.yaml': zone('A.example.'),
    'a.example.zone': master,
  })
  const { configuration, complaints } = await checkPath('.', { cwd: folder.path, env: {} })
  assert.deepEqual(linesOf(complaints), [
    'a.example.zone: a.example. is the zone of a.yaml already',
    'b.yaml: a.example. is the zone of a.yaml already',
  ])
  assert.deepEqual(configuration?.zones, [])
  assert.deepEqual(
    configuration?.broken.map(({ file }) => file),
    ['a.yaml'],
  )
})

test('the digest is that of what was read', async () => {
  const digestOf = async (files: Record<string, string>): Promise<string | undefined> => {
    await using folder = await folderOf(files)
    return (await checkPath('.', { cwd: folder.path, env: {} })).configuration?.digest
  }
  const files = { 'a.example.yaml': 'zone: a.example\nrecords: r\n', r: master }
  const digest = await digestOf(files)
  assert.match(digest ?? '', /^[0-9a-f]{64}$/)
  assert.equal(await digestOf(files), digest)
  assert.notEqual(await digestOf({ ...files, r: `${master};\n` }), digest)
})

test('a file beyond all bounds is not read', async () => {
  await using folder = await folderOf({
    'big.yaml': '',
    'a.example.yaml': 'zone: a.example\nrecords: big.zone\n',
    'big.zone': '',
  })
  await truncate(join(folder.path, 'big.yaml'), 17 * 1024 * 1024)
  await truncate(join(folder.path, 'big.zone'), 1025 * 1024 * 1024)
  const { complaints } = await checkPath('.', { cwd: folder.path, env: {} })
  assert.deepEqual(linesOf(complaints), [
    'a.example.yaml:2:10: records: big.zone: is larger than 1024 MiB',
    'big.yaml: is larger than 16 MiB',
  ])
})
