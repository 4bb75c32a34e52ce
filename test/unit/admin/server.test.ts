/** The admin listener over real sockets. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, it } from 'node:test'
import { LiveEvents } from '#admin/live-events.ts'
import { startAdmin } from '#admin/server.ts'
import { formatSocketAddr, type SocketAddr } from '#base/address.ts'
import {
  type Answer,
  ask,
  audit,
  NO_ACTIONS,
  NO_DRILLS,
  NO_RELOADING,
  NO_REPORTS,
  NO_TESTS,
  OPEN_ACCESS,
  POOL,
  SERVER,
  socketAddr,
  started,
  TRANSITION,
  world,
} from './helpers.ts'

function assertProblem({ status, headers, body }: Answer, expected: number, detail: RegExp): void {
  assert.equal(status, expected, body)
  assert.equal(headers['content-type'], 'application/problem+json')
  const problem = JSON.parse(body) as { status: number; title: string; detail: string }
  assert.equal(problem.status, expected)
  assert.equal(typeof problem.title, 'string')
  assert.match(problem.detail, detail)
}

describe('admin listener', () => {
  it('tells whether the process runs, and what there is to see', async () => {
    await using server = await started(world())
    const live = await server.ask('/livez')
    assert.deepEqual([live.status, live.body], [200, 'ok\n'])
    const front = await server.ask('/')
    assert.match(front.body, /understudy status/)
    assert.equal(front.headers['content-type'], 'text/html; charset=utf-8')
    assert.equal((await server.ask('/livez', {}, 'HEAD')).status, 200)
  })

  it('tells whether queries are answered; alarms do not change that', async () => {
    await using ready = await started(world({ alarms: ['the disk is full'] }))
    assert.deepEqual((await ready.ask('/readyz')).body, 'ready\nalarm: the disk is full\n')
    await using unready = await started(world({ ready: false, alarms: ['no zones'] }))
    assertProblem(await unready.ask('/readyz'), 503, /not answered.*; no zones/)
  })

  it('shows the server, the pools, one pool, and the history', async () => {
    const control = world()
    await using server = await started(control)
    const json = async (path: string): Promise<unknown> => JSON.parse((await server.ask(path)).body)
    assert.deepEqual(await json('/api/v1/server'), SERVER)
    assert.deepEqual(await json('/api/v1/pools'), { pools: [POOL] })
    assert.deepEqual(await json('/api/v1/pools/0%2F25.2.0.192.IN-ADDR.arpa./www'), POOL)
    assert.deepEqual(await json('/api/v1/transitions'), { transitions: [TRANSITION] })
    await json('/api/v1/transitions?since=2026-11-24T12:00:00%2B01:00&name=lb.example%2Fwww&limit=7')
    assert.deepEqual(control.asked, [
      { limit: 100 },
      { sinceMs: Date.parse('2026-11-24T11:00:00Z'), name: 'lb.example/www', limit: 7 },
    ])
    const before = Date.now() - 3_600_000
    await json('/api/v1/transitions?since=1h')
    const sinceMs = control.asked[2]?.sinceMs ?? 0
    assert.ok(sinceMs >= before && sinceMs <= Date.now() - 3_600_000)
  })

  it('names the field that is wrong, and asks nothing of the server then', async () => {
    const control = world()
    await using server = await started(control)
    const cases: readonly [query: string, fields: readonly string[]][] = [
      ['limit=0', ['query.limit']],
      ['limit=1001', ['query.limit']],
      ['limit=1e2', ['query.limit']],
      ['limit=1&limit=2', ['query.limit']],
      ['since=yesterday', ['query.since']],
      ['since=-1h&limit=x', ['query.since', 'query.limit']],
      ['name=', ['query.name']],
      ['nmae=www', ['query.nmae']],
      ['__proto__=1', ['query.__proto__']],
    ]
    for (const [query, fields] of cases) {
      const answer = await server.ask(`/api/v1/transitions?${query}`)
      assertProblem(answer, 400, /^query\./)
      const { errors } = JSON.parse(answer.body) as { errors: { field: string }[] }
      const named = errors.map(({ field }) => field)
      assert.deepEqual(named, fields, query)
    }
    assert.deepEqual(control.asked, [])
  })

  it('answers every other mistake with a problem document', async () => {
    await using server = await started(world())
    assertProblem(await server.ask('/nothing?x'), 404, /GET \/nothing$/)
    assertProblem(await server.ask('/livez', {}, 'POST'), 404, /POST \/livez$/)
    assertProblem(await server.ask('/api/v1/pools/lb.example/none'), 404, /lb\.example\/none/)
    assertProblem(await server.ask('/api/v1/pools/%ff/www'), 400, /not a valid url/i)
    assertProblem(await server.ask(`/api/v1/pools/${'x'.repeat(5000)}/www`), 414, /./)
    assertProblem(await server.ask('/livez', { filler: 'x'.repeat(20_000) }), 431, /header/)
    assertProblem(
      await server.ask('/livez', { 'content-type': 'text/plain', 'content-length': '70000' }, 'POST'),
      413,
      /too large/,
    )
  })

  it('says when the history cannot be read, and hides faults of its own', async () => {
    await using cut = await started(world({}, [], new Error('disk I/O error')))
    assertProblem(await cut.ask('/api/v1/transitions'), 503, /cannot be read: disk I\/O error/)
    const failing = { ...world(), pools: () => assert.fail('a secret') }
    await using server = await started(failing)
    const answer = await server.ask('/api/v1/pools')
    assertProblem(answer, 500, /internal error/)
    assert.doesNotMatch(answer.body, /secret/)
    assert.deepEqual(server.logged, ['GET /api/v1/pools failed'])
    assertProblem(await server.ask('/metrics'), 500, /internal error/)
  })

  it('answers only when asked by a name of its own (DNS rebinding)', async () => {
    await using server = await started(world())
    const { port } = server.admin.bound
    for (const host of ['127.0.0.1', 'localhost', 'LOCALHOST', '[::1]', '127.1.2.3']) {
      assert.equal((await server.ask('/livez', { host: `${host}:${port}` })).status, 200, host)
    }
    const strangers = [
      'evil.example',
      'localhost.evil.example',
      '127.0.0.1.evil.example',
      '192.0.2.1',
      '[2001:db8::1]',
      '',
    ]
    for (const host of [
      ...strangers.map(name => `${name}:${port}`),
      '127.0.0.1',
      `127.0.0.1:${port + 1}`,
      'a:b:c',
    ]) {
      assertProblem(await server.ask('/livez', { host }), 421, new RegExp(`127\\.0\\.0\\.1:${port}`))
    }
    assertProblem(await server.ask('/nothing', { host: 'evil.example' }), 421, /./)
    for (const header of ['', 'Host:\r\n', 'Host: evil.example\r\nHost: localhost\r\n']) {
      assertProblem(await raw(server.admin.bound, `GET /livez HTTP/1.1\r\n${header}\r\n`), 421, /./)
    }
  })

  it('refuses pages of other origins', async () => {
    await using server = await started(world())
    const own = formatSocketAddr(server.admin.bound)
    assert.equal((await server.ask('/livez', { origin: `http://${own}` })).status, 200)
    for (const origin of [
      'http://evil.example',
      'null',
      `https://${own}`,
      `http://localhost:${server.admin.bound.port}`,
      '',
    ]) {
      assertProblem(await server.ask('/livez', { origin }), 403, /other origins/)
    }
  })

  it('sends headers that keep browsers from guessing, storing and framing, with errors too', async () => {
    await using server = await started(world())
    for (const path of ['/readyz', '/metrics', '/nothing']) {
      const { headers } = await server.ask(path)
      assert.equal(headers['x-content-type-options'], 'nosniff', path)
      assert.equal(headers['cache-control'], 'no-store')
      assert.match(String(headers['content-security-policy']), /default-src 'none'/)
      assert.equal(headers['access-control-allow-origin'], undefined)
    }
  })

  it('answers what is no HTTP, and hangs up', async () => {
    await using server = await started(world())
    assertProblem(
      await raw(server.admin.bound, '\x16\x03\x01\x02\x00garbage\r\n\r\n'),
      400,
      /not an HTTP request/,
    )
    assert.equal((await server.ask('/livez')).status, 200)
  })

  it('has a second listener for /metrics and /livez alone, whatever the Host', async () => {
    await using server = await started(world())
    const second = server.admin.metricsBound
    assert.ok(second)
    const page = await ask(second, '/metrics', { host: 'ns1.example:9153' })
    assert.equal(page.status, 200)
    assert.equal(page.headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8')
    assert.match(page.body, /^understudy_config_info\{digest="abc123"\} 1$/m)
    assert.equal((await ask(second, '/livez')).body, 'ok\n')
    for (const path of ['/', '/readyz', '/api/v1/pools', '/api/v1/server']) {
      assertProblem(await ask(second, path), 404, /./)
    }
  })

  it('listens on IPv6', async () => {
    await using server = await started(world(), '[::1]:0')
    assert.equal((await server.ask('/livez')).status, 200)
  })

  it('ends at once, with a request half sent', async () => {
    const server = await started(world())
    const socket = connect(server.admin.bound.port, '127.0.0.1')
    socket.on('error', () => undefined)
    await once(socket, 'connect')
    socket.write('GET /livez HTTP/1.1\r\nHost: x')
    await server.ask('/livez')
    const closed = once(socket, 'close')
    await server.admin.close()
    await closed
  })

  it('refuses to listen where others could reach it, and says which address cannot be had', async () => {
    const options = {
      actions: NO_ACTIONS,
      heartbeats: NO_REPORTS,
      alerts: NO_TESTS,
      drills: NO_DRILLS,
      live: new LiveEvents(),
      control: world(),
      render: async () => '',
      settings: () => OPEN_ACCESS,
      audit: audit(),
      reloading: NO_RELOADING,
      onDenied: () => undefined,
      log: { warn: () => undefined, error: () => undefined },
    }
    for (const address of ['0.0.0.0:0', '192.0.2.1:8053', '[::]:0']) {
      await assert.rejects(
        startAdmin({ ...options, admin: socketAddr(address) }),
        /not a loopback address.*listen\.metrics/,
      )
    }
    await using server = await started(world())
    const taken = server.admin.bound
    await assert.rejects(
      startAdmin({ ...options, admin: taken }),
      /^Error: admin 127\.0\.0\.1:\d+: .*EADDRINUSE/,
    )
    const both = { ...options, admin: socketAddr('127.0.0.1:0'), metrics: taken }
    await assert.rejects(startAdmin(both), /^Error: metrics 127\.0\.0\.1:\d+: .*EADDRINUSE/)
  })
})

/** Sends these bytes and reads the one answer. */
async function raw(to: SocketAddr, bytes: string): Promise<Answer> {
  const socket = connect(to.port, to.address.text)
  socket.end(bytes)
  const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n')
  const [status = '', ...lines] = head.split('\r\n')
  const headers = lines.map(line => [
    line.split(':', 1)[0]?.toLowerCase() ?? '',
    line.slice(line.indexOf(':') + 2),
  ])
  return { status: Number(status.split(' ')[1]), headers: Object.fromEntries(headers), body }
}
