/** Whatever the files hold, reading them ends with complaints or a configuration, never with an exception. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { stringify } from 'yaml'
import { checkPath, loadConfiguration } from '#config/load.ts'
import { folderOf } from './folder.ts'

const key = fc.constantFrom(
  ...[
    'zone',
    'records',
    'nameservers',
    'soa',
    'checks',
    'pools',
    'names',
    'type',
    'interval',
    'timeout',
    'expect',
  ],
  ...[
    'status',
    'body',
    'headers',
    'check',
    'pool',
    'failover',
    'endpoints',
    'address',
    'name',
    'ttl',
    'web',
    'www',
  ],
  ...['listen', 'dns', 'admin', 'log', 'node', 'responders', '@', '*', 'a.b', '', '__proto__', 'constructor'],
)
const leaf = fc.oneof(
  fc.constantFrom(
    'a.example',
    'https',
    'tcp',
    '10s',
    '192.0.2.1',
    '2001:db8::1',
    'web',
    'www',
    '200-299',
    'https://a/',
  ),
  fc.string({ maxLength: 20 }),
  fc.integer(),
  fc.double(),
  fc.constantFrom(null, true, false),
)
const { tree } = fc.letrec(tie => ({
  tree: fc.oneof(
    { maxDepth: 5 },
    leaf,
    fc.dictionary(key, tie('tree')),
    fc.array(tie('tree'), { maxLength: 4 }),
  ),
}))
const top = fc.dictionary(key, tree)

async function survives(text: string): Promise<void> {
  await using folder = await folderOf({ 'a.yaml': text })
  const at = { cwd: folder.path, env: {} }
  const zone = await checkPath('.', at)
  for (const { message, line, column } of zone.complaints) {
    assert.ok(message !== '' && !message.includes('\n') && line >= 0 && column >= 0)
  }
  const broken = zone.complaints.some(({ severity }) => severity === 'error')
  if (broken) assert.deepEqual(zone.configuration?.zones, [])
  await loadConfiguration({ configFile: 'a.yaml', ...at })
}

test('random values under known keys', async () => {
  await fc.assert(
    fc.asyncProperty(top, value => survives(stringify(value))),
    { numRuns: 60 },
  )
})

test('random text', async () => {
  // Every code point that is no surrogate; the unit `binary` is the same by way of a map of a million entries.
  const point = fc.nat(0x10f7ff).map(nth => String.fromCodePoint(nth < 0xd800 ? nth : nth + 0x800))
  const noise = fc.oneof(
    fc.string({ unit: point }),
    fc.string({ unit: fc.constantFrom(...'{}[]:,-&*!|>\'"%@#? \n\tab1') }),
  )
  await fc.assert(
    fc.asyncProperty(noise, text => survives(text)),
    { numRuns: 60 },
  )
})

test('a good zone with a piece cut out', async () => {
  const zone = `zone: lb.example.com
nameservers: { ns1: 192.0.2.53 }
checks:
  web: { type: https, expect: { status: [200-299], body: ok }, interval: 10s }
pools:
  www: { check: web, endpoints: [{ name: a, address: [203.0.113.1, "2001:db8::1"] }] }
names:
  www: { pool: www, ttl: 30s }
`
  await fc.assert(
    fc.asyncProperty(fc.nat(zone.length), fc.integer({ min: 1, max: 20 }), (at, length) =>
      survives(zone.slice(0, at) + zone.slice(at + length)),
    ),
    { numRuns: 100 },
  )
})
