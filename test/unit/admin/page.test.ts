/** The status page as it is sent, and the events that it follows. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request } from 'node:http'
import { connect } from 'node:net'
import { describe, it } from 'node:test'
import { formatSocketAddr } from '#base/address.ts'
import type { TransitionView } from '#control/view.ts'
import { type Started, started, world } from './helpers.ts'

const TRANSITION: TransitionView = {
  at: '2026-01-01T00:00:00.000Z',
  kind: 'selection',
  zone: 'a.test',
  pool: 'www',
  family: 'ipv4',
  from: 'primary',
  to: 'backup',
  why: 'primary is down: status 503\nevent: forged',
  reason: {},
}

describe('the page', () => {
  it('may load and ask this server alone, and is asked for again each time', async () => {
    await using server = await started(world())
    const { status, headers, body } = await server.ask('/')
    assert.equal(status, 200)
    assert.equal(headers['content-type'], 'text/html; charset=utf-8')
    const policy = String(headers['content-security-policy'])
    assert.match(
      policy,
      /^default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';/,
    )
    assert.ok(!policy.includes('unsafe') && !policy.includes('http'))
    assert.equal(headers['cache-control'], 'no-cache')
    const again = await server.ask('/', { 'if-none-match': String(headers['etag']) })
    assert.deepEqual([again.status, again.body], [304, ''])
    const loaded = [...body.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, path]) => path)
    assert.deepEqual(loaded, ['page/icon.svg', 'page/page.css', 'page/page.js'])
  })

  it('has everything that its scripts import', async () => {
    await using server = await started(world())
    const wanted = new Set(['page.css', 'icon.svg', 'page.js'])
    for (const file of wanted) {
      const { status, headers, body } = await server.ask(`/page/${file}`)
      assert.equal(status, 200, file)
      assert.equal(headers['x-content-type-options'], 'nosniff')
      for (const [, name = ''] of body.matchAll(/from '\.\/([^']+)'/g)) wanted.add(name)
    }
    assert.ok(wanted.has('htm.js') && wanted.size >= 7)
    assert.equal((await server.ask('/page/../server.ts')).status, 404)
  })
})

describe('the events', () => {
  it('come as they happen, each on lines of its own whatever is in it', async () => {
    await using server = await started(world())
    await using follower = await follow(server)
    server.live.transition(TRANSITION)
    server.live.reload('success')
    const text = await follower.until('success')
    const [first, second] = text.split('\n\n').filter(part => part.startsWith('event:'))
    assert.deepEqual(first?.split('\n').length, 2)
    assert.deepEqual(JSON.parse(first?.split('\ndata: ')[1] ?? ''), TRANSITION)
    assert.equal(second, 'event: reload\ndata: {"result":"success"}')
  })

  it('are forgotten with those who followed, and given to a number of them', async () => {
    await using server = await started(world())
    {
      await using stack = new AsyncDisposableStack()
      for (let i = 0; i < 32; i++) stack.use(await follow(server))
      assert.equal(server.live.size, 32)
      assert.equal((await server.ask('/api/v1/events')).status, 503)
    }
    while (server.live.size > 0) await new Promise(resolve => setImmediate(resolve))
    await using _one = await follow(server)
    assert.equal(server.live.size, 1)
  })

  it('a follower that takes nothing in is let go, and holds up nobody', async () => {
    await using server = await started(world())
    const { address, port } = server.admin.bound
    const deaf = connect({ host: address.text, port })
    deaf.pause()
    deaf.write(`GET /api/v1/events HTTP/1.1\r\nHost: ${formatSocketAddr(server.admin.bound)}\r\n\r\n`)
    const closed = once(deaf, 'close')
    await using follower = await follow(server)
    while (server.live.size < 2) await new Promise(resolve => setImmediate(resolve))
    const large = { ...TRANSITION, why: 'x'.repeat(100_000) }
    for (let i = 0; server.live.size === 2; i++) {
      assert.ok(i < 1000, 'it is never let go')
      server.live.transition(large)
      await new Promise(resolve => setImmediate(resolve))
    }
    server.live.reload('failure')
    await follower.until('failure')
    deaf.resume()
    await closed
  })
})

interface Follower extends AsyncDisposable {
  /** All that has come, once it ends with this. */
  until(text: string): Promise<string>
}

async function follow(server: Started): Promise<Follower> {
  const { address, port } = server.admin.bound
  const asking = request({ host: address.text, port, path: '/api/v1/events' })
  asking.end()
  const [response] = await once(asking, 'response')
  assert.equal(response.statusCode, 200)
  assert.equal(response.headers['content-type'], 'text/event-stream')
  assert.equal(response.headers['cache-control'], 'no-store')
  let text = ''
  response.setEncoding('utf8')
  response.on('data', (piece: string) => {
    text = (text + piece).slice(-500_000)
  })
  return {
    async until(wanted) {
      while (!text.includes(wanted)) await once(response, 'data')
      return text
    },
    async [Symbol.asyncDispose]() {
      asking.destroy()
      await once(asking, 'close')
    },
  }
}
