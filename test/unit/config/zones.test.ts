/** What the configuration says of good zones: the defaults, the long form and the short form. */
import assert from 'node:assert/strict'
import { utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { type ConfiguredZone, type HealthCheck, isComposite } from '#config/configuration.ts'
import { checkPath } from '#config/load.ts'
import type { CheckSpec } from '#probe/spec.ts'
import { name, nameToText } from '#wire/name.ts'
import { RrType } from '#wire/types.ts'
import { folderOf, linesOf } from './folder.ts'

const root = join(import.meta.dirname, '../../..')

async function goodZone(path: string, cwd = join(import.meta.dirname, 'cases')): Promise<ConfiguredZone> {
  const { configuration, complaints } = await checkPath(path, { cwd, env: {} })
  assert.deepEqual(linesOf(complaints), [])
  assert.ok(configuration?.zones[0])
  return configuration.zones[0]
}

function checkOf(zone: ConfiguredZone, pool: string): HealthCheck | undefined {
  const check = zone.pools.find(one => one.name === pool)?.check
  assert.ok(check === undefined || !isComposite(check))
  return check
}

function specOf(zone: ConfiguredZone, pool: string): CheckSpec | undefined {
  return checkOf(zone, pool)?.spec
}

test('the shipped zones load without a complaint', async () => {
  const { configuration, complaints } = await checkPath('zones', { cwd: root, env: {} })
  assert.deepEqual(linesOf(complaints), [])
  assert.deepEqual(
    configuration?.zones.map(({ zone }) => nameToText(zone.origin)),
    ['lb.example.com.', 'short.example.org.', 'static.example.net.'],
  )
})

test('the defaults of a check, and what follows from an interval', async () => {
  const zone = await goodZone('good/long.example.yaml')
  const plain = zone.pools.find(pool => pool.name === 'plain')?.check
  assert.deepEqual(plain, {
    name: 'plain',
    spec: {
      type: 'http',
      method: 'GET',
      path: '/',
      host: 'www.long.example',
      port: 80,
      headers: {},
      status: [[200, 299]],
      maxBodyBytes: 65536,
      redirects: 0,
      verify: false,
    },
    timing: { intervalMs: 10_000, fastIntervalMs: 1000, timeoutMs: 4000, rise: 2, fall: 3 },
    damping: { dwellMs: 0 },
  })
  const quick = checkOf(zone, 'quick')
  assert.deepEqual(quick?.timing, { intervalMs: 500, fastIntervalMs: 500, timeoutMs: 250, rise: 2, fall: 3 })
})

test('everything said', async () => {
  const zone = await goodZone('good/long.example.yaml')
  const { check, ...pool } = zone.pools.find(pool => pool.name === 'full') ?? assert.fail()
  assert.deepEqual(check, {
    name: 'full',
    spec: {
      type: 'https',
      method: 'HEAD',
      path: '/health?a=b',
      host: 'www.example.com',
      port: 8443,
      headers: { 'X-Probe': 'yes' },
      status: [
        [200, 200],
        [204, 206],
        [301, 301],
      ],
      maxBodyBytes: 1000,
      redirects: 2,
      verify: false,
      sourceAddress: '192.0.2.9',
    },
    timing: { intervalMs: 60_000, fastIntervalMs: 2000, timeoutMs: 3000, rise: 4, fall: 5 },
    damping: { dwellMs: 0 },
  })
  assert.deepEqual(
    {
      ...pool,
      endpoints: pool.endpoints.map(({ name, addresses }) => [name, ...addresses.map(({ text }) => text)]),
    },
    {
      name: 'full',
      policy: 'failover',
      endpoints: [
        ['a', '203.0.113.1'],
        ['b.2', '203.0.113.2'],
      ],
      kinds: ['ipv4'],
      depth: 0,
      failback: { kind: 'auto' },
      whenAllDown: { kind: 'primary' },
      families: 'apart',
      minHealthy: 1,
      answers: 1,
      maxAnswers: undefined,
    },
  )
  assert.deepEqual(specOf(zone, 'port'), { type: 'tcp', port: 25 })
  assert.equal(specOf(zone, 'unchecked'), undefined)
  assert.equal(zone.zone.serial, 7)
  assert.deepEqual(
    zone.names.map(({ name, pool, ttlSeconds, ttlMinSeconds }) => [
      nameToText(name),
      pool,
      ttlSeconds,
      ttlMinSeconds,
    ]),
    [
      ['www.long.example.', 'plain', 60, 10],
      ['two.long.example.', 'plain', 30, 5],
      ['three.long.example.', 'quick', 30, 5],
      ['four.long.example.', 'full', 30, 5],
      ['five.long.example.', 'port', 30, 5],
      ['six.long.example.', 'unchecked', 2, 2],
    ],
  )
})

test('the short form', async () => {
  const zone = await goodZone('good/short.example.yaml')
  const [www] = zone.pools
  assert.deepEqual(
    www?.endpoints.map(({ name, addresses }) => [name, ...addresses.map(({ text }) => text)]),
    [
      ['primary', '203.0.113.1'],
      ['backup', '203.0.113.2', '2001:db8::2'],
      ['backup-2', '203.0.113.3'],
    ],
  )
  assert.equal(www?.check?.name, 'https://www.example.com:8443/health?full=1')
  assert.deepEqual(specOf(zone, www?.name ?? ''), {
    type: 'https',
    method: 'GET',
    path: '/health?full=1',
    host: 'www.example.com',
    port: 8443,
    headers: {},
    status: [[200, 299]],
    maxBodyBytes: 65536,
    redirects: 0,
    verify: true,
  })
  assert.deepEqual(
    zone.names.map(({ name, pool, ttlSeconds, ttlMinSeconds }) => [
      nameToText(name),
      pool,
      ttlSeconds,
      ttlMinSeconds,
    ]),
    [
      ['www.short.example.', 'www', 30, 5],
      ['short.example.', 'apex', 3, 3],
      ['*.wild.short.example.', 'wildcard.wild', 30, 5],
    ],
  )
})

test('nameservers make SOA, NS and their addresses; the serial is the time of the last change', async () => {
  await using folder = await folderOf({
    'a.example.yaml': 'zone: a.example\nnameservers: { ns1: [192.0.2.53, "2001:db8::53"], ns.b.example.: }\n',
  })
  await utimes(join(folder.path, 'a.example.yaml'), 1_700_000_000, 1_700_000_000)
  const { zone } = await goodZone('a.example.yaml', folder.path)
  assert.equal(zone.recordCount, 5)
  assert.equal(zone.serial, 1_700_000_000)
  const origin = name('a.example.')
  const soa = Buffer.from(zone.rrset(origin, RrType.SOA)?.data[0] ?? []).toString('latin1')
  assert.ok(soa.startsWith(`${name('ns1.a.example.')}${name('hostmaster.a.example.')}`))
  assert.equal(zone.rrset(origin, RrType.NS)?.data.length, 2)
  assert.deepEqual(zone.rrset(name('ns1.a.example.'), RrType.A)?.data, [Uint8Array.of(192, 0, 2, 53)])
  assert.equal(zone.rrset(name('ns1.a.example.'), RrType.AAAA)?.data[0]?.length, 16)
})

test('soa: sets its fields', async () => {
  await using folder = await folderOf({
    'a.example.yaml': `zone: a.example
nameservers: { ns1: 192.0.2.53 }
soa: { mname: hidden, rname: first.last@b.example, serial: 5, ttl: 1m, refresh: 1s, retry: 2s, expire: 3s, minimum: 4s }
`,
  })
  const { zone } = await goodZone('a.example.yaml', folder.path)
  const soa = zone.rrset(name('a.example.'), RrType.SOA)
  assert.equal(soa?.ttl, 60)
  const names = `${name('hidden.a.example.')}${name('first\\.last.b.example.')}`
  const numbers = [0, 0, 0, 5, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4]
  assert.deepEqual([...(soa?.data[0] ?? [])], [...Buffer.from(names, 'latin1'), ...numbers])
})

test('how pools of hostnames are answered: as a CNAME where all that they answer for can be one', async () => {
  const head = `nameservers: { ns1: 192.0.2.53 }
pools:
  plain: { endpoints: [{ name: a, hostname: a.example.net }, { name: b, hostname: B.example.net. }] }
  apex: { endpoints: [{ name: a, hostname: a.example.net }] }
  mixed: { endpoints: [{ name: a, hostname: a.example.net }, { name: b, address: "2001:db8::1" }] }
  all: { policy: all, endpoints: [{ name: a, hostname: a.example.net }] }
  two: { policy: weighted, answers: 1, endpoints: [{ name: a, hostname: a.example.net }] }
  given: { when-all-down: { addresses: [192.0.2.1] }, endpoints: [{ name: a, hostname: a.example.net }] }
  every: { when-all-down: all, endpoints: [{ name: a, hostname: a.example.net }] }
  above: { endpoints: [{ name: a, pool: below }, { name: b, hostname: b.example.net }] }
  below: { endpoints: [{ name: a, hostname: a.example.net }] }
  over: { endpoints: [{ name: a, pool: under }, { name: b, address: 192.0.2.1 }] }
  under: { endpoints: [{ name: a, hostname: a.example.net }] }
  beside: { endpoints: [{ name: a, hostname: a.example.net }] }
  four: { endpoints: [{ name: a, address: 192.0.2.1 }] }
  top: { endpoints: [{ name: a, pool: four }, { name: b, pool: six }] }
  six: { endpoints: [{ name: a, address: "2001:db8::1" }] }
names:
  "@": { pool: apex }
  apex: { pool: apex }
  ns1.sub: { pool: beside }
  short: { failover: [a.example.net, b.example.net] }
`
  const names = 'plain mixed all two given every above over four top'.split(' ')
  await using folder = await folderOf({
    'a.test.yaml': `zone: a.test\n${head}${names.map(name => `  ${name}: { pool: ${name} }\n`).join('')}`,
  })
  const { configuration, complaints } = await checkPath('a.test.yaml', { cwd: folder.path, env: {} })
  assert.deepEqual(linesOf(complaints), [])
  const kinds = configuration?.zones[0]?.pools.map(({ name, kinds: all, depth }) => `${name} ${all} ${depth}`)
  assert.deepEqual(kinds, [
    'plain cname 0',
    'apex ipv4,ipv6 0',
    'mixed ipv4,ipv6 0',
    'all ipv4,ipv6 0',
    'two cname 0',
    'given ipv4,ipv6 0',
    'every ipv4,ipv6 0',
    'above cname 1',
    'below cname 0',
    'over ipv4,ipv6 1',
    'under ipv4,ipv6 0',
    'beside cname 0',
    'four ipv4 0',
    'top ipv4,ipv6 1',
    'six ipv6 0',
    'short cname 0',
  ])
})
