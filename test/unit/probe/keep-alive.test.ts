/** Connections that are kept between the probes of a target. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { describe, it } from 'node:test'
import { CommandTurns } from '#probe/command-turns.ts'
import { KeptLinks } from '#probe/kept-links.ts'
import { runProbe } from '#probe/run-probe.ts'
import type { HttpSpec, ProbeTarget } from '#probe/spec.ts'
import { certificate, trustOurAuthority } from '#test/certificates.ts'
import { RawServer } from '#test/raw-server.ts'
import { AMPLE_MS, BRIEF_MS, httpSpec, targetOf, USER_AGENT } from './targets.ts'

trustOurAuthority()

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
const NEVER_RUN = new CommandTurns()

/** Answers each request of a connection with this; the number of the request counts from 1. */
function answering(answer: (socket: Socket, request: number) => void): (socket: Socket) => void {
  return socket => {
    let requests = 0
    socket.on('data', () => answer(socket, ++requests))
  }
}

function keptTarget(port: number, changes: Partial<HttpSpec> = {}, timeoutMs = AMPLE_MS): ProbeTarget {
  return targetOf(httpSpec(port, { keepAlive: true, ...changes }), '127.0.0.1', { timeoutMs })
}

async function said(target: ProbeTarget, kept: KeptLinks): Promise<string> {
  const { kind, reason } = await runProbe(target, USER_AGENT, NEVER_RUN, kept)
  return `${kind} ${reason}`
}

describe('a kept connection', () => {
  for (const type of ['http', 'https'] as const) {
    it(`serves the next probes, and is closed when the target goes (${type})`, async () => {
      const gone: Promise<unknown>[] = []
      await using server = await RawServer.start(
        socket => {
          gone.push(once(socket, 'close'))
          answering(() => socket.write(OK))(socket)
        },
        type === 'https' ? { tls: certificate('good') } : {},
      )
      using kept = new KeptLinks()
      const target = keptTarget(server.port, { type, body: 'ok' })
      const other = keptTarget(server.port, { type })
      kept.retain([target, other])
      for (let i = 0; i < 5; i++) assert.equal(await said(target, kept), 'pass ok')
      assert.equal(server.connections, 1)
      assert.equal(await said(other, kept), 'pass ok')
      assert.equal(kept.size, 2)
      kept.retain([other])
      assert.equal(kept.size, 1)
      await gone[0]
    })
  }

  it('is not there without the key, nor for a target that has gone while it was probed', async () => {
    await using server = await RawServer.start(answering(socket => void socket.write(OK)))
    using kept = new KeptLinks()
    const fresh = targetOf(httpSpec(server.port))
    kept.retain([fresh])
    for (let i = 0; i < 2; i++) assert.equal(await said(fresh, kept), 'pass ok')
    assert.equal(await said(keptTarget(server.port), kept), 'pass ok')
    assert.deepEqual([server.connections, kept.size], [3, 0])
  })

  it('that the server closes says nothing: the probe goes on over a fresh one', async () => {
    await using server = await RawServer.start(
      answering((socket, request) => {
        if (request === 1) socket.write(OK)
        else socket.resetAndDestroy()
      }),
    )
    using kept = new KeptLinks()
    const target = keptTarget(server.port)
    kept.retain([target])
    for (let i = 0; i < 3; i++) assert.equal(await said(target, kept), 'pass ok')
    assert.equal(server.connections, 3)
  })

  it('that breaks in the middle of a response, or a fresh one that is reset, is a fail', async () => {
    let isWell = true
    await using server = await RawServer.start(
      answering((socket, request) => {
        if (isWell) socket.write(OK)
        else if (request > 1) socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n')
        else socket.resetAndDestroy()
      }),
    )
    using kept = new KeptLinks()
    const target = keptTarget(server.port, { body: 'ok' })
    kept.retain([target])
    assert.equal(await said(target, kept), 'pass ok')
    isWell = false
    assert.match(await said(target, kept), /^fail (closed|protocol)$/)
    assert.equal(await said(target, kept), 'fail reset')
    assert.equal(kept.size, 0)
  })

  it('is given up where the rest of a response is long in coming', async () => {
    await using server = await RawServer.start(
      answering(socket => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nok')),
    )
    using kept = new KeptLinks()
    const target = keptTarget(server.port, { body: 'ok' })
    kept.retain([target])
    for (let i = 0; i < 3; i++) assert.equal(await said(target, kept), 'pass ok')
    assert.equal(server.connections, 3)
  })

  it('is closed where the rest of a response is too long', async () => {
    const gone = Promise.withResolvers<void>()
    await using server = await RawServer.start(
      answering(socket => {
        socket.on('close', gone.resolve)
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${10e9}\r\n\r\nok`)
        const more = (): void => {
          while (socket.write(Buffer.alloc(65_536, 'x')));
        }
        socket.on('drain', more)
        more()
      }),
    )
    using kept = new KeptLinks()
    const target = keptTarget(server.port, { body: 'ok' })
    kept.retain([target])
    assert.equal(await said(target, kept), 'pass ok')
    await gone.promise
  })

  it('is closed at a time-out', async () => {
    const gone: Promise<unknown>[] = []
    await using server = await RawServer.start(socket => {
      gone.push(once(socket, 'close'))
      answering((_, request) => request === 1 && socket.write(OK))(socket)
    })
    using kept = new KeptLinks()
    const target = keptTarget(server.port, {}, BRIEF_MS)
    kept.retain([target])
    assert.equal(await said(target, kept), 'pass ok')
    assert.equal(await said(target, kept), 'fail timeout')
    assert.equal(kept.size, 0)
    await gone[0]
  })

  it('follows redirects, and is closed when a secret has been changed', async () => {
    await using server = await RawServer.start(
      answering((socket, request) => {
        if (request % 2 === 0) socket.write(OK)
        else socket.write('HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n')
      }),
    )
    using kept = new KeptLinks()
    const target = keptTarget(server.port, { redirects: 1, headers: { 'X-Key': { env: 'KEY' } } })
    kept.retain([target])
    for (let i = 0; i < 2; i++)
      assert.equal(await said({ ...target, secrets: { 'env KEY': 'a' } }, kept), 'pass ok')
    assert.equal(server.connections, 1)
    assert.equal(await said({ ...target, secrets: { 'env KEY': 'b' } }, kept), 'pass ok')
    assert.equal(server.connections, 2)
  })
})
