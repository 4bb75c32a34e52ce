/** Endpoints that report in by HTTP: from the request to the answer of DNS. */
import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, it } from 'node:test'
import { WORLDS, World } from '../control/world.ts'
import { type Answer, type Started, started, world } from './helpers.ts'

const TOKEN = 'correct-horse-battery-staple'
const OTHER = 'another-horse-another-staple'
const [A, B] = ['192.0.2.1', '192.0.2.2'] as const
const PATH = '/api/v1/heartbeats/0/25.a.test/www/a'
const BEARER = { authorization: `Bearer ${TOKEN}` }
const JSON_TYPE = { ...BEARER, 'content-type': 'application/json' }

/** The zone's name holds a slash, and the endpoint b has a token of its own. */
const ZONE = `zone: 0/25.a.test
nameservers: { ns1: 192.0.2.53 }
checks:
  beat: { type: heartbeat, interval: 30s, token: { file: ../beat.token } }
pools:
  www:
    check: beat
    endpoints: [{ name: a, address: ${A} }, { name: b, address: ${B}, token: { file: ../other.token } }]
names:
  www: { pool: www }
`

interface Stage extends AsyncDisposable {
  readonly control: World
  readonly server: Started
  post(path: string, headers?: Readonly<Record<string, string>>, body?: string): Promise<Answer>
  /** What the endpoint a was seen to do last. */
  seen(): string
}

async function stage(): Promise<Stage> {
  await using stack = new AsyncDisposableStack()
  const files = { '../beat.token': TOKEN, '../other.token': OTHER, 'a.yaml': ZONE }
  const control = stack.use(await World.begin(files))
  const server = stack.use(await started(world(), '127.0.0.1:0', control.heartbeats))
  const all = stack.move()
  return {
    control,
    server,
    post: (path, headers, body) => server.ask(path, headers, 'POST', body),
    seen() {
      const [target] = control.judging.heartbeats
      const outcome = target?.state.lastOutcome?.outcome
      return outcome === undefined ? 'nothing' : `${outcome.kind}: ${outcome.detail}`
    },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  }
}

describe('POST /api/v1/heartbeats/{zone}/{pool}/{endpoint}', WORLDS, () => {
  it('is a pass without a body; a slash in the name of the zone may be escaped or not', async () => {
    await using it = await stage()
    for (const path of [PATH, PATH.replace('0/25', '0%2F25'), PATH.replace('0/25.a.test', '0/25.A.test.')]) {
      const { status, body } = await it.post(path, BEARER)
      assert.deepEqual([status, body, it.seen()], [204, '', 'pass: reported'])
    }
    assert.equal(it.control.events.filter(event => event.startsWith('probe')).length, 3)
  })

  it('has changed the answer when it is acknowledged', async () => {
    await using it = await stage()
    const addresses = (): readonly string[] => it.control.addresses('www.0/25.a.test A')
    await it.post(PATH, BEARER)
    await it.post(PATH.replace(/a$/, 'b'), { authorization: `bearer ${OTHER}` })
    const failing = JSON.stringify({ status: 'fail', detail: 'the disk is full' })
    // Without a type it is meant no less.
    for (const headers of [BEARER, JSON_TYPE, { ...BEARER, 'content-type': 'text/plain' }]) {
      assert.equal((await it.post(PATH, headers, failing)).status, 204)
      assert.equal(it.seen(), 'fail: reported a fail: the disk is full')
      assert.deepEqual(addresses(), [B])
      assert.equal((await it.post(PATH, headers, '{}')).status, 204)
      assert.deepEqual(addresses(), [A])
    }
  })

  it('does not tell a wrong token from an endpoint that is not there', async () => {
    await using it = await stage()
    const bad = { authorization: `Bearer ${OTHER}` }
    const cases: readonly [string, Readonly<Record<string, string>>][] = [
      [PATH, {}],
      [PATH, bad],
      [PATH, { authorization: `Basic ${TOKEN}` }],
      [PATH, { authorization: TOKEN }],
      [PATH, { authorization: 'Bearer ' }],
      [PATH.replace(/a$/, 'c'), BEARER],
      [PATH.replace(/a$/, 'b'), BEARER],
      ['/api/v1/heartbeats/a.test/www/a', BEARER],
      ['/api/v1/heartbeats/', BEARER],
      ['/api/v1/heartbeats/%00/%2e/x', BEARER],
    ]
    const answers = await Promise.all(cases.map(([path, headers]) => it.post(path, headers, '{')))
    const plain = answers.map(({ status, headers: { date: _, ...headers }, body }) =>
      JSON.stringify([status, headers, body]),
    )
    assert.equal(new Set(plain).size, 1)
    assert.equal(answers[0]?.status, 401)
    assert.equal(answers[0]?.headers['www-authenticate'], 'Bearer realm="understudy"')
    assert.equal(answers[0]?.headers['content-type'], 'application/problem+json')
    assert.equal(it.seen(), 'nothing')
  })

  it('refuses a body that says something else, and counts nothing then', async () => {
    await using it = await stage()
    for (const [body, expected] of [
      ['{', /^400 the body is not JSON; it may be left out$/],
      ['status=fail', /^400 the body is not JSON/],
      ['{"status":"fial"}', /^400 body\.status: /],
      ['{"stauts":"fail"}', /^400 body\.stauts: there is no such field$/],
      ['[]', /^400 body: /],
      ['"fail"', /^400 body: /],
      [JSON.stringify({ detail: 'x'.repeat(201) }), /^400 body\.detail: /],
      [JSON.stringify({ detail: 'x'.repeat(5000) }), /^413 /],
    ] as const) {
      const answer = await it.post(PATH, JSON_TYPE, body)
      assert.match(`${answer.status} ${JSON.parse(answer.body).detail}`, expected)
    }
    assert.equal(it.seen(), 'nothing')
  })

  it('is no way around the guard, and answers nothing but POST', async () => {
    await using it = await stage()
    assert.equal((await it.post(PATH, { ...BEARER, host: 'evil.example' })).status, 421)
    assert.equal((await it.post(PATH, { ...BEARER, origin: 'https://evil.example' })).status, 403)
    assert.equal((await it.server.ask(PATH, BEARER)).status, 404)
    assert.equal(it.seen(), 'nothing')
  })

  it('does not wait for a body of somebody without a token', async () => {
    await using it = await stage()
    const { port } = it.server.admin.bound
    const socket = connect(port, '127.0.0.1')
    socket.write(
      `POST ${PATH} HTTP/1.1\r\nHost: localhost:${port}\r\nContent-Length: 4000\r\nConnection: close\r\n\r\n{`,
    )
    assert.match(await text(socket), /^HTTP\/1\.1 401 /)
  })

  it('leaves the bodies of the other paths as they are', async () => {
    await using it = await stage()
    const answer = await it.post('/api/v1/overrides', { 'content-type': 'text/csv' }, '{}')
    assert.equal(answer.status, 415)
  })

  it('counts reports, and measures no time for them', async () => {
    await using it = await stage()
    const { metrics } = it.server
    metrics.probe({
      zone: 'a.test',
      check: 'beat',
      type: 'heartbeat',
      outcome: { kind: 'pass', reason: 'ok', detail: 'reported', latencyMs: 0 },
    })
    const { body } = await it.server.ask('/metrics')
    assert.match(body, /^understudy_probes_total\{zone="a\.test",check="beat",outcome="pass"\} 1$/m)
    assert.doesNotMatch(body, /type="heartbeat"/)
  })
})
