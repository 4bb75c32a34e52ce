/** Real servers that accept, refuse, hang, drip, redirect, and answer without end. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { describe, it } from 'node:test'
import { deliverPost as deliver } from '#alert/deliver-post.ts'
import type { Delivered, Post } from '#alert/message.ts'
import { RawServer } from '#test/raw-server.ts'
import { accept, hang, type Reaction, ReceivingServer, reset, status } from '#test/receiving-server.ts'

const LIMIT = { timeout: 30_000 }
const NEVER = new AbortController().signal

function post(url: string): Post {
  return {
    kind: 'post',
    url,
    headers: { 'content-type': 'application/json', 'x-own': '1' },
    body: '{"a":"ä"}',
  }
}

async function answered(reaction: Reaction): Promise<Delivered> {
  await using server = await ReceivingServer.start()
  server.reaction = reaction
  return await deliver(post(server.url), NEVER)
}

describe('delivery', LIMIT, () => {
  it('posts headers and body', async () => {
    await using server = await ReceivingServer.start()
    const url = server.url.replace('//', '//us%40er:p%3Ass@')
    assert.deepEqual(await deliver(post(url), NEVER), { kind: 'accepted', detail: 'status 202' })
    const [received] = server.received
    assert.equal(received?.body, '{"a":"ä"}')
    assert.equal(received?.headers['x-own'], '1')
    assert.equal(received?.headers['authorization'], `Basic ${btoa('us@er:p:ss')}`)
  })

  it('tells what to try again from what not to', async () => {
    assert.deepEqual(await answered(status(500)), { kind: 'failed', detail: 'status 500', ofMessage: true })
    assert.deepEqual(await answered(status(404)), { kind: 'failed', detail: 'status 404' })
    assert.deepEqual(await answered(status(429, { 'retry-after': '30' })), {
      kind: 'failed',
      detail: 'status 429',
      retryAfterMs: 30_000,
    })
    assert.deepEqual(await answered(status(400)), { kind: 'refused', detail: 'status 400' })
    assert.equal((await answered(reset)).kind, 'failed')
  })

  it('follows no redirect', async () => {
    await using elsewhere = await ReceivingServer.start()
    assert.deepEqual(await answered(status(307, { location: elsewhere.url })), {
      kind: 'failed',
      detail: 'status 307: redirects are not followed',
    })
    assert.equal(elsewhere.received.length, 0)
  })

  it('ends with the signal where nothing comes, or only drips', async () => {
    const drip: Reaction = response => {
      response.socket?.write('HTTP/1.1 200 OK\r\nx-')
      const timer = setInterval(() => response.socket?.write('a'), 5)
      response.socket?.on('close', () => clearInterval(timer))
    }
    for (const reaction of [hang, drip]) {
      await using server = await ReceivingServer.start()
      server.reaction = reaction
      const abort = new AbortController()
      const delivered = deliver(post(server.url), abort.signal)
      await server.requests(1)
      abort.abort()
      assert.equal((await delivered).kind, 'failed')
    }
  })

  it('does not wait for what comes after the head, be it 10 GB', async () => {
    let sent = 0
    const closed = Promise.withResolvers<void>()
    const flood: Reaction = response => {
      response.writeHead(200, { 'content-length': String(10 * 2 ** 30) })
      response.on('close', () => closed.resolve())
      const chunk = Buffer.alloc(65_536)
      const more = (): void => {
        while (!response.destroyed) {
          sent += chunk.length
          if (!response.write(chunk)) return void response.once('drain', more)
        }
      }
      more()
    }
    assert.deepEqual(await answeredBy(flood, closed.promise), { kind: 'accepted', detail: 'status 200' })
    assert.ok(sent < 64 * 2 ** 20, `${sent} bytes were sent`)
  })

  it('takes no head without end', async () => {
    await using server = await RawServer.start(socket => {
      socket.write('HTTP/1.1 200 OK\r\n')
      const more = (): void => {
        while (!socket.destroyed && socket.write(`x-${'a'.repeat(4000)}: b\r\n`));
        if (!socket.destroyed) socket.once('drain', more)
      }
      more()
    })
    assert.deepEqual(await deliver(post(`http://127.0.0.1:${server.port}/`), NEVER), {
      kind: 'failed',
      detail: 'the head of its answer is too long',
    })
  })

  it('says what is wrong without what is secret of the address', async () => {
    const free = createServer().listen(0, '127.0.0.1')
    await once(free, 'listening')
    const { port } = free.address() as { port: number }
    free.close()
    await once(free, 'close')
    const refused = await deliver(post(`http://127.0.0.1:${port}/s3cret?t0ken`), NEVER)
    assert.deepEqual(refused, { kind: 'failed', detail: 'connection refused' })
    const nowhere = await deliver(post('http://nowhere.invalid/s3cret'), NEVER)
    assert.equal(nowhere.kind, 'failed')
    assert.ok(!nowhere.detail.includes('s3cret'))
  })

  it('heeds no proxy of the environment', async () => {
    await using proxy = await ReceivingServer.start()
    const before = process.env['HTTP_PROXY']
    process.env['HTTP_PROXY'] = proxy.url
    try {
      assert.equal((await answered(accept)).kind, 'accepted')
    } finally {
      if (before === undefined) delete process.env['HTTP_PROXY']
      else process.env['HTTP_PROXY'] = before
    }
    assert.equal(proxy.received.length, 0)
  })
})

async function answeredBy(reaction: Reaction, closed: Promise<void>): Promise<Delivered> {
  await using server = await ReceivingServer.start()
  server.reaction = reaction
  const delivered = await deliver(post(server.url), NEVER)
  await closed
  return delivered
}
