/** `tokens:`, and where the admin listener may be reached with and without. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { formatComplaint } from '#base/complaint.ts'
import { loadConfiguration } from '#config/load.ts'
import { isTokenOf, makeToken, parseTokenHash } from '#config/token-hash.ts'
import { authority, certificate } from '#test/certificates.ts'
import { folderOf, linesOf } from './folder.ts'

const [one, two] = [await makeToken(), await makeToken()]
const { cert, key } = certificate('good')

async function load(text: string, admin?: string) {
  const folder = await folderOf({
    'understudy.yaml': text,
    'zones/a.example.yaml': 'zone: a.example\nnameservers: { ns1: 192.0.2.53 }\n',
    'tls/cert.pem': cert,
    'tls/key.pem': key,
    'tls/other.pem': certificate('self-signed').key,
    'tls/expired.pem': certificate('expired').cert,
    'tls/expired.key': certificate('expired').key,
    'tls/authority.pem': authority(),
  })
  await using _ = folder
  const request = { cwd: folder.path, env: {}, ...(admin === undefined ? {} : { admin }) }
  const { configuration, complaints } = await loadConfiguration(request)
  return { settings: configuration?.settings, lines: linesOf(complaints), complaints }
}

const token = (name: string, hash: string, role = 'operate'): string =>
  `  - { name: ${name}, role: ${role}, hash: ${hash} }\n`

describe('a hash', () => {
  it('is of its token alone, and salted', async () => {
    const read = parseTokenHash(one.hash)
    assert.ok('hash' in read)
    assert.equal(await isTokenOf(read.hash, one.token), true)
    assert.equal(await isTokenOf(read.hash, two.token), false)
    assert.match(one.token, /^us_[\w-]{43}$/)
    assert.ok(!one.hash.includes(one.token.slice(3, 12)), 'no more than the first characters are in it')
    const [salt, other] = [one.hash, two.hash].map(hash => hash.split('$')[5])
    assert.notEqual(salt, other)
  })

  it('is refused where verifying it would cost too much, or too little', () => {
    const [, , , , ...rest] = one.hash.split('$')
    const costs = {
      good: ['14$8$1', '15$8$2', '10$1$1'],
      bad: ['9$8$1', '20$8$1', '17$8$1', '14$0$1', '14$8$9'],
    }
    for (const cost of costs.good)
      assert.ok('hash' in parseTokenHash(['scrypt', cost, ...rest].join('$')), cost)
    for (const cost of costs.bad) {
      const read = parseTokenHash(['scrypt', cost, ...rest].join('$'))
      assert.ok('problem' in read && /cost out of bounds/.test(read.problem), cost)
    }
  })
})

describe('tokens:', () => {
  it('are read', async () => {
    const { settings, lines } = await load(
      `tokens:\n${token('alice', one.hash)}${token('bob', two.hash, 'read')}`,
    )
    assert.deepEqual(lines, [])
    assert.deepEqual(
      settings?.tokens.map(({ name, role }) => [name, role]),
      [
        ['alice', 'operate'],
        ['bob', 'read'],
      ],
    )
  })

  it('are complained of where they are wrong, and a token in place of its hash is never shown', async () => {
    const { settings, lines, complaints } = await load(
      `tokens:\n${token('alice', one.hash)}${token('alice', one.hash)}${token('loopback', two.hash)}` +
        `${token('eve', two.token)}${token('"a\\nb"', 'scrypt$1', 'admin')}  - { nam: x }\n  - 5\n`,
    )
    assert.equal(settings, undefined)
    assert.deepEqual(
      lines.map(line => line.replace(/^understudy\.yaml:/, '')),
      [
        '3:13: tokens[1].name: another token is called alice',
        '3:41: tokens[1].hash: is the token of alice',
        '4:13: tokens[2].name: loopback is who comes without a token',
        '5:39: tokens[3].hash: is a token, not its hash; whoever has read it may use it: make another',
        '6:13: tokens[4].name: "a\\nb" is not a name: letters, digits, dots, hyphens and underscores, with a letter or digit at both ends',
        '6:27: tokens[4].role: admin is not one of read, operate',
        '6:40: tokens[4].hash: is no hash of a token; "understudy token NAME" makes one',
        '7:5: tokens[5].name: is missing',
        '7:5: tokens[5].role: is missing',
        '7:5: tokens[5].hash: is missing',
        '7:7: tokens[5].nam: unknown key; did you mean name?',
        '8:5: tokens[6]: expected keys with values, found a number',
        '8:5: tokens[6].name: is missing',
        '8:5: tokens[6].role: is missing',
        '8:5: tokens[6].hash: is missing',
      ],
    )
    assert.ok(!complaints.map(formatComplaint).join('\n').includes(two.token))
    assert.deepEqual((await load('tokens: 5\n')).lines, [
      'understudy.yaml:1:9: tokens: expected a list of { name, role, hash }',
    ])
  })
})

const FAR = '0.0.0.0:8053'
const tokens = `tokens:\n${token('alice', one.hash)}`
const tls = (certificate: string, key: string): string =>
  `listen: { admin: "${FAR}", admin-tls: { certificate: tls/${certificate}, key: tls/${key} } }\n`

describe('an admin listener that others reach', () => {
  it('needs a token, and is warned of without TLS', async () => {
    const listen = `listen: { admin: "${FAR}" }\n`
    const without = await load(listen)
    assert.equal(without.settings, undefined)
    assert.match(
      without.lines.join(),
      /^understudy\.yaml:1:18: listen\.admin: 0\.0\.0\.0:8053 is not a loopback/,
    )
    const clear = await load(listen + tokens)
    assert.ok(clear.settings !== undefined)
    assert.match(clear.lines.join(), /^understudy\.yaml:1:18: warning: listen\.admin: .* in the clear/)
    assert.match((await load('', FAR)).lines.join(), /^command line: --admin: .* is not a loopback/)
    assert.match((await load(tokens, FAR)).lines.join(), /^command line: warning: --admin: .* in the clear/)
    assert.deepEqual((await load(tls('cert.pem', 'key.pem') + tokens)).lines, [])
    assert.match((await load(tls('cert.pem', 'key.pem'))).lines.join(), /is not a loopback address/)
  })

  it('has a certificate and its key', async () => {
    const good = await load(tls('cert.pem', 'key.pem') + tokens)
    assert.deepEqual(good.settings?.adminTls, { certificate: cert, key })
    for (const [certificate, key, expected] of [
      [
        'gone.pem',
        'key.pem',
        /^understudy\.yaml:1:\d+: listen\.admin-tls\.certificate: tls\/gone\.pem: no such file$/,
      ],
      [
        'cert.pem',
        'gone.pem',
        /^understudy\.yaml:1:\d+: listen\.admin-tls\.key: tls\/gone\.pem: no such file$/,
      ],
      [
        'cert.pem',
        'other.pem',
        /^understudy\.yaml:1:34: listen\.admin-tls: certificate and key are not a pair/,
      ],
      ['key.pem', 'key.pem', /not a pair/],
      [
        'expired.pem',
        'expired.key',
        /^understudy\.yaml:1:\d+: warning: .*admin-tls\.certificate: has expired on 20/,
      ],
    ] as const) {
      const { lines, complaints } = await load(tls(certificate, key) + tokens)
      assert.match(lines.join('\n'), expected)
      assert.doesNotMatch(complaints.map(formatComplaint).join('\n'), /PRIVATE/)
    }
    assert.match(
      (await load('listen: { admin-tls: { certificate: tls/cert.pem } }\n')).lines.join(),
      /listen\.admin-tls\.key: is missing/,
    )
  })

  it('has names', async () => {
    const named = await load('listen: { admin-names: [NS1.example., "2001:DB8:0::1", ns2] }\n')
    assert.deepEqual(named.settings?.adminNames, ['ns1.example', '2001:db8::1', 'ns2'])
    assert.match(
      (await load('listen: { admin-names: "ns1.example:8053" }\n')).lines.join(),
      /admin-names: "?ns1\.example:8053"? is not a host name; it is written without a port/,
    )
  })
})
