/** What operators ask for by HTTP: what is taken, and how a refusal is told. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { POOL, started, world } from './helpers.ts'

const JSON_TYPE = { 'content-type': 'application/json' }

interface Told {
  readonly status: number
  readonly detail: string
  readonly errors?: readonly { readonly field: string; readonly detail: string }[]
}

async function refused(body: unknown): Promise<string> {
  await using server = await started(world())
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const answer = await server.ask('/api/v1/overrides', JSON_TYPE, 'POST', text)
  assert.equal(answer.headers['content-type'], 'application/problem+json')
  const { status, detail } = JSON.parse(answer.body) as { status: number; detail: string }
  return `${status} ${detail}`
}

describe('POST /api/v1/overrides', () => {
  const good = { kind: 'drain', target: 'www/primary', for: '30m' }

  it('names each field that is wrong', async () => {
    assert.match(await refused({ ...good, kind: 'dran' }), /^400 body\.kind: /)
    assert.match(await refused({ kind: 'drain', for: '30m' }), /^400 body\.target: /)
    for (const wrong of ['0s', '31d', '30', 'soon'])
      assert.match(
        await refused({ ...good, for: wrong }),
        /^400 body\.for: no duration from 1s to 30d, such as 30m/,
      )
    assert.match(await refused({ ...good, why: 'x' }), /^400 body\.why: there is no such field/)
    assert.match(
      await refused({ ...good, reason: 'a\nb' }),
      /^400 body\.reason: has characters that cannot be printed/,
    )
    assert.match(await refused({ ...good, reason: 'x'.repeat(201) }), /^400 body\.reason: /)
    assert.match(await refused({ ...good, force: 'yes' }), /^400 body\.force: /)
  })

  it('is no JSON, or too much', async () => {
    assert.match(await refused('{'), /^400 /)
    assert.match(await refused({ ...good, reason: 'x'.repeat(100_000) }), /^413 /)
  })

  it('tells a refusal as it is', async () => {
    assert.equal(await refused(good), '404 nothing is called www/primary')
  })

  it('has no place for half a character', async () => {
    assert.match(await refused({ ...good, reason: 'a\ud800b' }), /^400 body\.reason: has characters/)
  })
})

it('names the field of what is unknown, refused, or cannot be read', async () => {
  await using server = await started(world())
  const good = JSON.stringify({ kind: 'drain', target: 'www/primary', for: '30m' })
  for (const [method, path, body, expected] of [
    ['POST', '/api/v1/overrides', good, '404 body.target'],
    ['POST', '/api/v1/overrides', '{', '400 body'],
    ['POST', '/api/v1/overrides', `"${'x'.repeat(100_000)}"`, '413 body'],
    ['DELETE', '/api/v1/overrides?target=a/b', undefined, '409 query.target'],
    ['POST', '/api/v1/pools/a.test/www/failback', '{"force":true,"for":"1m"}', '409 params.pool'],
    ['POST', '/api/v1/pools/a.test/www/failback', '{}', '503'],
    ['GET', '/api/v1/pools/a.test/none', undefined, '404 params.pool'],
    ['GET', '/api/v1/drills/x', undefined, '404 params.id'],
    ['DELETE', '/api/v1/drills/x', undefined, '404 params.id'],
    ['POST', '/api/v1/pools/a.test/www/drill', '{"for":"1s"}', '409 body.for'],
    ['POST', '/api/v1/pools/a.test/www/drill', '{"for":"1m"}', '409 params.pool'],
    ['POST', '/api/v1/alerts/test', '{"receiver":"hok"}', '404 body.receiver'],
    ['GET', '/api/v1/probe-history?check=wep', undefined, '404 query.check'],
  ] as const) {
    const answer = await server.ask(path, body === undefined ? {} : JSON_TYPE, method, body)
    const { status, detail, errors = [] } = JSON.parse(answer.body) as Told
    assert.equal([status, ...errors.map(({ field }) => field)].join(' '), expected, `${method} ${path}`)
    for (const error of errors) assert.equal(error.detail, detail)
  }
})

describe('the other paths', () => {
  it('list what is in force', async () => {
    await using server = await started(world())
    const { body } = await server.ask('/api/v1/overrides')
    const { overrides } = JSON.parse(body) as { overrides: readonly object[] }
    const [one] = POOL.overrides
    assert.deepEqual(overrides, [{ zone: POOL.zone, pool: POOL.pool, ...one }])
  })

  it('release and fail back', async () => {
    await using server = await started(world())
    const released = await server.ask('/api/v1/overrides?target=a/b', {}, 'DELETE')
    assert.deepEqual([released.status, JSON.parse(released.body).detail], [409, 'nothing is on a/b'])
    assert.equal((await server.ask('/api/v1/overrides', {}, 'DELETE')).status, 400)
    const failed = await server.ask('/api/v1/pools/0%2F25.x/www/failback', {}, 'POST')
    assert.deepEqual([failed.status, JSON.parse(failed.body).detail], [503, 'the disk of 0/25.x/www is full'])
    for (const [body, expected] of [
      [{ author: 'alice' }, '503 the disk of a.test/www is full'],
      [{ force: true, for: '1m' }, '409 a.test/www is not forced for 60000 ms'],
      [
        { force: true },
        '400 body.for: goes with force, and force with it: for so long the primary counts as up',
      ],
      [
        { for: '1m' },
        '400 body.for: goes with force, and force with it: for so long the primary counts as up',
      ],
    ] as const) {
      const path = '/api/v1/pools/a.test/www/failback'
      const answer = await server.ask(path, JSON_TYPE, 'POST', JSON.stringify(body))
      assert.equal(`${answer.status} ${JSON.parse(answer.body).detail}`, expected)
    }
  })
})
