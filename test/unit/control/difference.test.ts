/** What a reload would change, from files. */
import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { formatComplaint } from '#base/complaint.ts'
import type { Configuration } from '#config/configuration.ts'
import { loadConfiguration } from '#config/load.ts'
import { type Difference, difference } from '#control/difference.ts'
import { TempFolder } from '#test/temp-folder.ts'

const ZONE = `zone: a.test
nameservers: { ns1: 192.0.2.53 }
soa: { serial: 7 }
checks:
  web: { type: http, interval: 10s, headers: { x-key: { file: ../key } } }
  port: { type: tcp, port: 80 }
pools:
  www: { check: web, endpoints: [{ name: a, address: 192.0.2.1 }, { name: b, address: 192.0.2.2 }] }
  api: { check: port, endpoints: [{ name: a, address: 192.0.2.1 }] }
names:
  www: { pool: www, ttl: 30s }
  api: { pool: api }
`
const PLAIN = '@ 60 IN SOA ns1 h 7 60 60 60 60\n@ 60 IN NS ns1\nns1 60 IN A 192.0.2.53\nx 60 IN TXT "a"\n'
const FILES = {
  'zones/a.test.yaml': ZONE,
  'zones/b.test.zone': PLAIN,
  key: 'hunter1',
  'understudy.yaml': 'node: ns1\n',
}

type Files = Readonly<Record<string, string>>

async function read(folder: TempFolder, files: Files): Promise<Configuration> {
  await rm(join(folder.path, 'zones'), { recursive: true, force: true })
  for (const [name, text] of Object.entries(files)) await folder.file(name, text)
  const { configuration, complaints } = await loadConfiguration({ cwd: folder.path, env: {} })
  assert.ok(configuration, complaints.map(formatComplaint).join('\n'))
  return configuration
}

async function between(before: Files, after: Files): Promise<Difference> {
  await using folder = await TempFolder.open()
  return difference(await read(folder, before), await read(folder, after))
}

/** As `+ pools a.test/www`, `~ checks a.test/web timing.rise`. */
async function changed(after: Files, before: Files = FILES): Promise<string[]> {
  return lines(await between(before, after))
}

function lines({ settings, restart, ...rest }: Difference): string[] {
  const named = Object.entries(rest).flatMap(([what, { added, removed, changed }]) => [
    ...added.map(name => `+ ${what} ${name}`),
    ...removed.map(name => `- ${what} ${name}`),
    ...changed.map(({ name, keys }) => `~ ${what} ${name} ${keys.join(' ')}`),
  ])
  return [...named, ...settings.map(key => `~ ${key}`), ...restart.map(key => `! ${key}`)]
}

const edit = (from: string, to: string): typeof FILES => {
  const text = ZONE.replace(from, to)
  assert.notEqual(text, ZONE)
  return { ...FILES, 'zones/a.test.yaml': text }
}

describe('the difference', () => {
  it('of the same is nothing', async () => {
    assert.deepEqual(await changed(FILES), [])
  })

  it('names what has changed, and how', async () => {
    assert.deepEqual(await changed(edit('ttl: 30s', 'ttl: 60s')), ['~ names www.a.test ttlSeconds'])
    assert.deepEqual(await changed(edit('interval: 10s', 'interval: 20s, fast-interval: 1s, timeout: 4s')), [
      '~ checks a.test/web timing.intervalMs',
    ])
    assert.deepEqual(await changed(edit('192.0.2.2', '192.0.2.3')), [
      '~ pools a.test/www endpoints.b.addresses',
    ])
    const [a, b] = ['{ name: a, address: 192.0.2.1 }', '{ name: b, address: 192.0.2.2 }']
    assert.deepEqual(await changed(edit(`${a}, ${b}`, `${b}, ${a}`)), ['~ pools a.test/www order'])
    assert.deepEqual(await changed(edit('check: port,', 'check: web,')), [
      '~ pools a.test/api check',
      '- checks a.test/port',
    ])
  })

  it('names what has come and gone', async () => {
    const more = edit('names:\n', 'names:\n  new: { failover: [192.0.2.1, 192.0.2.2], check: port }\n')
    const [added, removed] = [await changed(more), await changed(FILES, more)]
    assert.deepEqual(added, ['+ pools a.test/new', '+ names new.a.test'])
    assert.deepEqual(removed, ['- pools a.test/new', '- names new.a.test'])
    const { 'zones/b.test.zone': _, ...less } = FILES
    assert.deepEqual(await changed(less), ['- zones b.test'])
    assert.deepEqual(await changed(FILES, less), ['+ zones b.test'])
  })

  it('sees one byte of static records', async () => {
    const other = { ...FILES, 'zones/b.test.zone': PLAIN.replace('"a"', '"b"') }
    assert.deepEqual(await changed(other), ['~ zones b.test records'])
    const serial = { ...FILES, 'zones/b.test.zone': PLAIN.replace('h 7', 'h 8') }
    assert.deepEqual(await changed(serial), ['~ zones b.test records serial'])
  })

  it('says that a secret has changed, and not what it is', async () => {
    const found = await between(FILES, { ...FILES, key: 'hunter2' })
    assert.deepEqual(lines(found), ['~ checks a.test/web secrets'])
    assert.doesNotMatch(JSON.stringify(found), /hunter/)
  })

  it('tells settings that a reload takes up from those that need a restart', async () => {
    const settings = `node: ns2\nlisten: { dns: 127.0.0.1:1, admin-names: ns1 }\nresponders: 2\nhistory: { days: 1 }\nreferences: [tcp://192.0.2.1:1]\nintrospection-from: []\n`
    assert.deepEqual(await changed({ ...FILES, 'understudy.yaml': settings }), [
      '~ admin-names',
      '~ references',
      '~ introspection-from',
      '! node',
      '! listen.dns',
      '! responders',
      '! history.days',
    ])
  })

  it('names receivers of alerts, and not where or with what they are told', async () => {
    const alerts = (...lines: readonly string[]): typeof FILES => ({
      ...FILES,
      'understudy.yaml': `node: ns1\nalerts:\n${lines.map(line => `  - { ${line} }\n`).join('')}`,
    })
    const [hook, page] = [
      'name: hook, type: webhook, url: "http://a.test/s3cret"',
      'name: page, type: pagerduty, routing-key: { file: key }',
    ]
    const found = await between(alerts(hook, page), alerts(hook.replace('s3cret', 's4cret'), page))
    assert.deepEqual(lines(found), ['~ alerts.hook'])
    assert.doesNotMatch(JSON.stringify(found), /s.cret/)
    assert.deepEqual(await changed({ ...alerts(hook, page), key: 'hunter2' }, alerts(hook, page)), [
      '~ checks a.test/web secrets',
      '~ alerts.page',
    ])
    assert.deepEqual(await changed(alerts(page), alerts(hook, page)), ['~ alerts.hook'])
  })
})
