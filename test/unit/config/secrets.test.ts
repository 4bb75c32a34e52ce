/** Secrets of checks: where they stand is configured, what they are leaves no trace. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { isComposite } from '#config/configuration.ts'
import { checkPath } from '#config/load.ts'
import { probeKey } from '#probe/probe-key.ts'
import { certificate } from '#test/certificates.ts'
import { folderOf, linesOf } from './folder.ts'

const ZONE = `zone: a.example
nameservers: { ns1: 192.0.2.53 }
checks:
  web:
    type: https
    headers: { Authorization: { env: PROBE_TOKEN }, X-Key: { file: secrets/key }, X-Plain: plain }
    client-certificate: { cert: tls/cert.pem, key: tls/key.pem }
pools:
  www: { check: web, endpoints: [{ name: a, address: 192.0.2.1 }] }
names:
  www: { pool: www }
`

/** The check, with the digest of the whole configuration and what was complained of. */
async function load(key: string, token: string) {
  const { cert, key: privateKey } = certificate('good')
  await using folder = await folderOf({
    'a.example.yaml': ZONE,
    'secrets/key': key,
    'tls/cert.pem': cert,
    'tls/key.pem': privateKey,
  })
  const at = { cwd: folder.path, env: { PROBE_TOKEN: token } }
  const { configuration, complaints } = await checkPath('a.example.yaml', at)
  const check = configuration?.zones[0]?.pools[0]?.check
  assert.ok(check === undefined || !isComposite(check))
  return { check, folder: folder.path, digest: configuration?.digest, lines: linesOf(complaints), complaints }
}

test('the spec says where secrets stand, and their values are beside it', async () => {
  const { check, folder, lines } = await load('s3cret\n', 'Bearer t0ken')
  assert.deepEqual(lines, [])
  assert.ok(check?.spec.type === 'https')
  assert.deepEqual(check.spec.headers, {
    Authorization: { env: 'PROBE_TOKEN' },
    'X-Key': { file: join(folder, 'secrets/key') },
    'X-Plain': 'plain',
  })
  assert.deepEqual(check.secrets, {
    'env PROBE_TOKEN': 'Bearer t0ken',
    [`file ${join(folder, 'secrets/key')}`]: 's3cret',
    [`file ${join(folder, 'tls/cert.pem')}`]: certificate('good').cert.trimEnd(),
    [`file ${join(folder, 'tls/key.pem')}`]: certificate('good').key.trimEnd(),
  })
})

test('a tls check has its client certificate beside it too', async () => {
  const { cert, key } = certificate('good')
  const zone = ZONE.replace(/ {4}type: https\n.*\n/, '    type: tls\n')
  await using folder = await folderOf({ 'a.example.yaml': zone, 'tls/cert.pem': cert, 'tls/key.pem': key })
  const { configuration, complaints } = await checkPath('a.example.yaml', { cwd: folder.path, env: {} })
  assert.deepEqual(linesOf(complaints), [])
  const check = configuration?.zones[0]?.pools[0]?.check
  assert.ok(check !== undefined && !isComposite(check) && check.spec.type === 'tls')
  const [certFile, keyFile] = ['tls/cert.pem', 'tls/key.pem'].map(file => join(folder.path, file))
  assert.deepEqual(check.spec.clientCertificate, { cert: { file: certFile }, key: { file: keyFile } })
  assert.deepEqual(check.secrets, {
    [`file ${certFile}`]: cert.trimEnd(),
    [`file ${keyFile}`]: key.trimEnd(),
  })
})

test('neither keys nor the digest depend on the values', async () => {
  const [one, other] = [await load('s3cret', 'a'), await load('changed', 'b')]
  assert.equal(one.digest, other.digest)
  const keyOf = ({ check, folder }: typeof one): string => {
    assert.ok(check)
    const spec = JSON.parse(JSON.stringify(check.spec).replaceAll(folder, '/etc/zones'))
    return probeKey(spec, check.timing, '192.0.2.1')
  }
  assert.equal(keyOf(one), keyOf(other))
  assert.doesNotMatch(JSON.stringify(one.check?.spec), /s3cret|PRIVATE/)
})

test('what is wrong with a value is told without it', async () => {
  const { check, complaints, lines } = await load('s3cret\nand more', 't0ken\u0000')
  assert.equal(check, undefined)
  assert.deepEqual(lines, [
    'a.example.yaml:6:31: checks.web.headers.Authorization: what PROBE_TOKEN holds has characters that HTTP forbids',
    'a.example.yaml:6:60: checks.web.headers.X-Key: what secrets/key holds has characters that HTTP forbids',
  ])
  assert.doesNotMatch(JSON.stringify(complaints), /s3cret|t0ken/)
  assert.match((await load('\n', 'a')).lines.join('\n'), /X-Key: secrets\/key: is empty$/)
  assert.match(
    (await load('x'.repeat(9000), 'a')).lines.join('\n'),
    /X-Key: secrets\/key: is larger than 8 KiB$/,
  )
})

test('tokens of heartbeats: an own one outranks that of the check, and neither is in the digest', async () => {
  const zone = `zone: a.example
nameservers: { ns1: 192.0.2.53 }
checks:
  beat: { type: heartbeat, interval: 1m, grace: 20s, token: { env: TOKEN } }
  calm: { type: heartbeat, interval: 1m }
pools:
  www: { check: beat, endpoints: [{ name: a, address: 192.0.2.1 }, { name: b, address: 192.0.2.2, token: { file: b } }] }
  api: { check: calm, endpoints: [{ name: a, address: 192.0.2.1, token: { file: b } }] }
names:
  www: { pool: www }
  api: { pool: api }
`
  const read = async (own: string, shared: string) => {
    await using folder = await folderOf({ 'a.example.yaml': zone, b: own })
    const at = { cwd: folder.path, env: { TOKEN: shared } }
    const { configuration, complaints } = await checkPath('a.example.yaml', at)
    return { ...configuration, complaints }
  }
  const {
    zones = [],
    digest,
    complaints,
  } = await read('own-token-of-the-endpoint\n', 'token/of+the_check.0~==')
  assert.deepEqual(complaints, [])
  const [www, api] = zones[0]?.pools ?? []
  assert.deepEqual(
    www?.tokens,
    new Map([
      ['a', 'token/of+the_check.0~=='],
      ['b', 'own-token-of-the-endpoint'],
    ]),
  )
  assert.deepEqual(api?.tokens, new Map([['a', 'own-token-of-the-endpoint']]))
  assert.ok(
    www?.check !== undefined &&
      !isComposite(www.check) &&
      api?.check !== undefined &&
      !isComposite(api.check),
  )
  assert.deepEqual(www.check.timing, {
    intervalMs: 60_000,
    fastIntervalMs: 80_000,
    timeoutMs: 20_000,
    rise: 1,
    fall: 1,
  })
  assert.deepEqual(api.check.timing, {
    intervalMs: 60_000,
    fastIntervalMs: 90_000,
    timeoutMs: 30_000,
    rise: 1,
    fall: 1,
  })
  assert.equal((await read('another-token-of-the-endpoint', 'another-token-of-the-check')).digest, digest)
})
