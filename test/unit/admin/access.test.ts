/** Who is let in: tokens, roles, names, and what is done about guesses. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { AccessSettings } from '#admin/access.ts'
import { Attempts } from '#admin/attempts.ts'
import { Verifier } from '#admin/verifier.ts'
import type { Role } from '#config/roles.ts'
import { makeToken, parseTokenHash } from '#config/token-hash.ts'
import type { AdminToken } from '#config/tokens.ts'
import { OPEN_ACCESS, type Started, started, world } from './helpers.ts'

interface Made {
  readonly secret: string
  readonly token: AdminToken
}

async function made(name: string, role: Role): Promise<Made> {
  const { token: secret, hash } = await makeToken()
  const read = parseTokenHash(hash)
  assert.ok('hash' in read)
  return { secret, token: { name, role, hash: read.hash } }
}

const [reader, operator, stranger] = await Promise.all([
  made('grafana', 'read'),
  made('alice', 'operate'),
  made('mallory', 'operate'),
])
const TOKENS: AccessSettings = { ...OPEN_ACCESS, tokens: [reader.token, operator.token] }
const bearer = ({ secret }: Made, more = {}) => ({ authorization: `Bearer ${secret}`, ...more })

function guarded(settings = () => TOKENS, listen?: string): Promise<Started> {
  return started(world(), listen, undefined, settings)
}

/** Status and detail. */
async function say(it: Started, ...args: Parameters<Started['ask']>): Promise<string> {
  const { status, body } = await it.ask(...args)
  return status === 200 ? '200' : `${status} ${(JSON.parse(body) as { detail: string }).detail}`
}

describe('with tokens', () => {
  it('asks for one everywhere but where it says whether it lives, and answers every 401 with a challenge', async () => {
    await using it = await guarded()
    for (const path of ['/', '/livez', '/readyz']) assert.equal((await it.ask(path)).status, 200, path)
    for (const path of ['/metrics', '/api/v1/pools', '/api/v1/server', '/nothing', '/livez/']) {
      const { status, headers } = await it.ask(path)
      assert.deepEqual([status, headers['www-authenticate']], [401, 'Bearer realm="understudy"'], path)
      assert.equal((await it.ask(path, bearer(stranger))).status, 401)
    }
    // That asks for a token of its own.
    assert.match(await say(it, '/api/v1/heartbeats/a/b/c', {}, 'POST'), /^401 there is no such endpoint/)
  })

  it('lets read look, and operate change too', async () => {
    await using it = await guarded()
    for (const who of [reader, operator]) assert.equal(await say(it, '/api/v1/pools', bearer(who)), '200')
    const path = '/api/v1/overrides?target=a/b'
    assert.equal(
      await say(it, path, bearer(reader), 'DELETE'),
      '403 the token grafana may read, and this asks for the role operate',
    )
    assert.equal(await say(it, path, bearer(operator), 'DELETE'), '409 nothing is on a/b')
    const { headers } = await it.ask(path, bearer(reader), 'POST', 'x'.repeat(1_000_000))
    assert.equal(headers['www-authenticate'], 'Bearer realm="understudy", error="insufficient_scope"')
  })

  it('takes nothing else for a token', async () => {
    await using it = await guarded()
    const { secret } = operator
    for (const authorization of [
      '',
      secret,
      `Basic ${secret}`,
      `Bearer ${secret} x`,
      'Bearer',
      `Bearer ${secret}x`,
      `Bearer ${secret.slice(0, -1)}`,
      `Bearer ${secret.slice(0, -2)}${secret.endsWith('AA') ? 'EA' : 'AA'}`,
    ])
      assert.match(await say(it, '/metrics', { authorization }), /^401 /, authorization)
    assert.equal(await say(it, '/metrics', { authorization: `bearer  ${secret} ` }), '200')
  })

  it('answers by any name whoever has one, and others only by its own names', async () => {
    await using it = await guarded(() => ({ ...TOKENS, adminNames: ['ns1.example', '2001:db8::1'] }))
    assert.equal(await say(it, '/metrics', bearer(operator, { host: 'evil.example' })), '200')
    assert.match(await say(it, '/metrics', { host: 'evil.example' }), /^421 .*ns1\.example/)
    assert.match(await say(it, '/livez', { host: 'evil.example' }), /^421 /)
    for (const host of ['ns1.example', 'NS1.example.:8053', '[2001:db8:0::1]:1'])
      assert.equal(await say(it, '/livez', { host }), '200', host)
  })

  it('answers no page of another origin, token or not', async () => {
    await using it = await guarded()
    const host = 'ns1.example'
    for (const origin of ['http://evil.example', 'null', 'http://ns1.example:1'])
      assert.match(await say(it, '/metrics', bearer(operator, { host, origin })), /^403 .*other origins/)
    // Behind a proxy with TLS.
    for (const origin of ['http://ns1.example', 'https://ns1.example'])
      assert.equal(await say(it, '/metrics', bearer(operator, { host, origin })), '200')
    const { headers } = await it.ask('/metrics', { origin: 'http://evil.example' }, 'OPTIONS')
    assert.deepEqual(
      Object.keys(headers).filter(name => name.startsWith('access-control')),
      [],
    )
  })

  it('may listen anywhere, and is asked by the address where a client has reached it', async () => {
    await using it = await guarded(undefined, '0.0.0.0:0')
    const { port } = it.admin.bound
    assert.equal(await say(it, '/livez', { host: `127.0.0.1:${port}` }), '200')
    assert.match(await say(it, '/livez', { host: `192.0.2.1:${port}` }), /^421 /)
  })

  it('lets nobody in where a reload has taken all tokens away and others reach it', async () => {
    let settings = TOKENS
    await using it = await guarded(() => settings, '0.0.0.0:0')
    assert.equal(await say(it, '/metrics', bearer(operator)), '200')
    settings = OPEN_ACCESS
    assert.match(await say(it, '/metrics', bearer(operator)), /^401 /)
    assert.match(await say(it, '/metrics'), /^401 /)
  })

  it('forgets a token that a reload has taken away, though it was good', async () => {
    let settings = TOKENS
    await using it = await guarded(() => settings)
    assert.equal(await say(it, '/metrics', bearer(reader)), '200')
    settings = { ...TOKENS, tokens: [operator.token] }
    assert.match(await say(it, '/metrics', bearer(reader)), /^401 /)
  })

  it('stops guesses, counts and logs them, and lets who is known in meanwhile', async () => {
    await using it = await guarded()
    assert.equal(await say(it, '/metrics', bearer(operator)), '200')
    for (let guess = 0; guess < 10; guess++)
      assert.match(await say(it, '/metrics', bearer(stranger)), /^401 this token is not known/)
    const { status, headers } = await it.ask('/metrics', bearer(stranger))
    assert.equal(status, 429)
    assert.match(String(headers['retry-after']), /^[1-6]$/)
    // Not even what is right is looked at now, unless it has been.
    assert.match(await say(it, '/metrics', bearer(reader)), /^429 too many wrong tokens/)
    assert.match(await say(it, '/metrics'), /^401 /)
    const { body } = await it.ask('/metrics', bearer(operator))
    const counted = [...body.matchAll(/^understudy_admin_denied_total\{reason="(\w+)"\} (\d+)$/gm)]
    assert.deepEqual(Object.fromEntries(counted.map(([, reason, count]) => [reason, Number(count)])), {
      missing: 1,
      wrong: 10,
      role: 0,
      limited: 2,
      busy: 0,
    })
    assert.deepEqual(new Set(it.logged), new Set(['admin: a wrong token from 127.0.0.1']))
    assert.ok(![...it.logged, body].join().includes(stranger.secret))
  })
})

describe('the verifier', () => {
  it('looks at a bounded number at once, and turns the others away', async () => {
    const verifier = new Verifier()
    // The right beginning, so that each costs a scrypt.
    const guess = `${operator.secret.slice(0, 11)}${'A'.repeat(35)}`
    const all = await Promise.all(Array.from({ length: 50 }, () => verifier.verify([operator.token], guess)))
    const kinds = all.map(({ kind }) => kind)
    assert.equal(kinds.filter(kind => kind === 'busy').length, 16)
    assert.equal(kinds.filter(kind => kind === 'wrong').length, 34)
    assert.equal((await verifier.verify([operator.token], operator.secret)).kind, 'good')
  })

  it('remembers what was good, and only that', async () => {
    const verifier = new Verifier()
    const tokens = [reader.token, operator.token]
    assert.equal(verifier.remembered(tokens, operator.secret), undefined)
    await verifier.verify(tokens, operator.secret)
    await verifier.verify(tokens, stranger.secret)
    assert.equal(verifier.remembered(tokens, operator.secret)?.name, 'alice')
    assert.equal(verifier.remembered(tokens, stranger.secret), undefined)
    assert.equal(verifier.remembered(tokens, `${operator.secret.slice(0, 11)}${'A'.repeat(35)}`), undefined)
    assert.equal(verifier.remembered([reader.token], operator.secret), undefined)
  })
})

describe('attempts', () => {
  it('come back with time, for each client; an IPv6 /64 is one', () => {
    let now = 0
    const attempts = new Attempts(() => now)
    const fail = (client: string): number => {
      attempts.failed(client)
      return attempts.waitSeconds(client)
    }
    for (let one = 0; one < 9; one++) assert.equal(fail(`2001:db8::${one}`), 0)
    assert.equal(fail('2001:db8::ffff:1'), 6)
    assert.equal(attempts.waitSeconds('2001:db8:0:1::1'), 0)
    assert.equal(attempts.waitSeconds('192.0.2.1'), 0)
    now += 6000
    assert.equal(attempts.waitSeconds('2001:db8::1'), 0)
    assert.equal(fail('2001:db8::1'), 6)
  })

  it('are remembered of a bounded number of clients', () => {
    const attempts = new Attempts(() => 0)
    for (let one = 0; one < 10; one++) attempts.failed('192.0.2.1')
    assert.equal(attempts.waitSeconds('192.0.2.1'), 6)
    for (let one = 0; one < 2000; one++) attempts.failed(`10.0.${one >> 8}.${one & 255}`)
    assert.equal(attempts.waitSeconds('192.0.2.1'), 0)
  })
})
