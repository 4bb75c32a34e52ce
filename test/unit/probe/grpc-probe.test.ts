/** Asks gRPC servers by another library, and what only looks like one. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { createServer, type ServerHttp2Stream } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { describe, it } from 'node:test'
import { status } from '@grpc/grpc-js'
import { decodeStatus } from '#probe/grpc-health.ts'
import { runProbe } from '#probe/run-probe.ts'
import type { GrpcSpec } from '#probe/spec.ts'
import { certificate, trustOurAuthority } from '#test/certificates.ts'
import { GrpcHealthServer, type HealthAnswer, health } from '#test/grpc-health-server.ts'
import { until } from '#test/processes.ts'
import { RawServer } from '#test/raw-server.ts'
import { AMPLE_MS, BRIEF_MS, targetOf, USER_AGENT } from './targets.ts'

trustOurAuthority()

async function probeAt(
  port: number,
  changes: Partial<GrpcSpec> = {},
  timeoutMs = AMPLE_MS,
  address = '127.0.0.1',
): Promise<string> {
  const tls = false
  const spec: GrpcSpec = {
    type: 'grpc',
    port,
    host: 'www.probe.test',
    service: '',
    tls,
    verify: true,
    ...changes,
  }
  const { kind, reason, detail } = await runProbe(targetOf(spec, address, { timeoutMs }), USER_AGENT)
  return `${kind} ${reason}: ${detail}`
}

async function probe(answer: HealthAnswer | undefined, changes: Partial<GrpcSpec> = {}): Promise<string> {
  await using server = await GrpcHealthServer.start(answer)
  return await probeAt(server.port, changes)
}

describe('the grpc probe', () => {
  it('passes where the server is serving, by IPv4 and IPv6', async () => {
    assert.equal(await probe(health(1)), 'pass ok: SERVING')
    await using server = await GrpcHealthServer.start(health(1), { address: '::1' })
    assert.equal(await probeAt(server.port, {}, AMPLE_MS, '::1'), 'pass ok: SERVING')
  })

  it('fails with every other status', async () => {
    assert.equal(await probe(health(2)), 'fail not-serving: NOT_SERVING')
    assert.equal(await probe(Uint8Array.of()), 'fail not-serving: UNKNOWN')
    assert.equal(await probe(health(9)), 'fail not-serving: status 9')
  })

  it('asks for the service', async () => {
    await using server = await GrpcHealthServer.start(health(1))
    await probeAt(server.port)
    await probeAt(server.port, { service: 'shop.v1.Orders' })
    assert.deepEqual(server.requests, ['', '\x0a\x0eshop.v1.Orders'])
  })

  it('says what gRPC says', async () => {
    const unknown = { code: status.NOT_FOUND, details: 'unknown service' }
    assert.equal(await probe(unknown), 'fail not-serving: the server does not know the service')
    assert.equal(await probe(undefined), 'fail protocol: the server has no grpc.health.v1 service')
    const broken = { code: status.INTERNAL, details: 'no database\nat all' }
    assert.equal(await probe(broken), 'fail grpc-status: gRPC status 13: no database\\u{a}at all')
  })

  it('ends with its time', async () => {
    await using server = await GrpcHealthServer.start('hang')
    assert.match(
      await probeAt(server.port, {}, BRIEF_MS),
      /^fail (timeout: no response within 150ms|grpc-status: gRPC status 4: .*)$/,
    )
  })

  it('leaves no descriptors', async () => {
    await using silent = await RawServer.start(socket => void socket.resume())
    const before = readdirSync('/proc/self/fd').length
    const probes = Array.from({ length: 20 }, (_, i) => probeAt(silent.port, { tls: i % 2 === 0 }, BRIEF_MS))
    for (const told of await Promise.all(probes)) assert.match(told, /^fail timeout: /)
    await until(() => readdirSync('/proc/self/fd').length <= before)
  })

  it('checks the certificate with TLS', async () => {
    const over = async (name: Parameters<typeof certificate>[0], changes: Partial<GrpcSpec> = {}) => {
      await using server = await GrpcHealthServer.start(health(1), { tls: certificate(name) })
      return await probeAt(server.port, { tls: true, ...changes })
    }
    assert.equal(await over('good'), 'pass ok: SERVING')
    assert.equal(await over('good', { host: '127.0.0.1' }), 'pass ok: SERVING')
    for (const name of ['expired', 'wrong-name', 'self-signed'] as const) {
      assert.match(await over(name), /^fail certificate: ./)
      assert.equal(await over(name, { verify: false }), 'pass ok: SERVING')
    }
  })

  it('fails with what is not there', async () => {
    const gone = await RawServer.start(() => undefined)
    const { port } = gone
    await gone[Symbol.asyncDispose]()
    assert.equal(await probeAt(port), 'fail refused: connection refused')
    await using server = await GrpcHealthServer.start(health(1))
    const elsewhere = { sourceAddress: '192.0.2.77' }
    assert.match(await probeAt(server.port, elsewhere), /^inconclusive no-source: /)
  })
})

describe('a server that is not gRPC', () => {
  async function raw(onData: (socket: import('node:net').Socket) => void, timeoutMs = AMPLE_MS, tls = false) {
    await using server = await RawServer.start(onData)
    return await probeAt(server.port, { tls }, timeoutMs)
  }

  it('says nothing, closes, resets', async () => {
    assert.equal(await raw(() => undefined, BRIEF_MS), 'fail timeout: no response within 150ms')
    assert.equal(
      await raw(() => undefined, BRIEF_MS, true),
      'fail timeout: no end of the TLS handshake within 150ms',
    )
    assert.match(await raw(socket => void socket.end()), /^fail (closed|reset): /)
    assert.match(
      await raw(socket => void socket.once('data', () => socket.resetAndDestroy())),
      /^fail reset: /,
    )
  })

  it('speaks HTTP/1.1', async () => {
    const told = await raw(
      socket => void socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
    )
    assert.match(told, /^fail protocol: not the gRPC that was expected: /)
  })

  it('has TLS without HTTP/2', async () => {
    await using server = await RawServer.start(() => undefined, { tls: certificate('good') })
    assert.match(await probeAt(server.port, { tls: true }), /^fail (protocol|tls|closed): /)
  })

  /** An HTTP/2 server that does this with each stream. */
  async function http2(onStream: (stream: ServerHttp2Stream) => void, timeoutMs = AMPLE_MS): Promise<string> {
    const server = createServer()
    server.on('stream', stream => {
      stream.on('error', () => undefined)
      onStream(stream as ServerHttp2Stream)
    })
    server.on('sessionError', () => undefined)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const told = await probeAt((server.address() as AddressInfo).port, {}, timeoutMs)
    const closed = once(server, 'close')
    server.close()
    await closed
    return told
  }

  it('speaks HTTP/2 all the same', async () => {
    const notFound = await http2(stream => {
      stream.respond({ ':status': 404 })
      stream.end()
    })
    assert.equal(notFound, 'fail status: HTTP status 404, expected 200')
    const page = await http2(stream => {
      stream.respond({ ':status': 200 })
      stream.end('ok')
    })
    assert.equal(page, 'fail protocol: a response without grpc-status: this is not gRPC')
    const endless = await http2(stream => {
      stream.respond({ ':status': 200 })
      const more = (): void => {
        while (!stream.destroyed && stream.write(Buffer.alloc(16_384)));
      }
      stream.on('drain', more)
      more()
    })
    assert.equal(endless, 'fail protocol: the response is longer than 4096 bytes')
    assert.match(await http2(stream => stream.close(2)), /^fail /)
    assert.match(await http2(() => undefined, BRIEF_MS), /^fail timeout: /)
  })
})

describe('a health response', () => {
  const frame = (...message: number[]) => decodeStatus(Buffer.of(0, 0, 0, 0, message.length, ...message))

  it('may have fields that are not known, and the status in many bytes', () => {
    assert.equal(
      frame(0x12, 2, 7, 7, 0x08, 1, 0x1d, 1, 2, 3, 4, 0x21, 1, 2, 3, 4, 5, 6, 7, 8, 0x28, 9),
      'SERVING',
    )
    assert.equal(frame(0x08, 0x81, 0x00), 'SERVING')
    assert.equal(frame(0x08, 2, 0x08, 1), 'SERVING')
  })

  it('is refused where it is cut short, compressed, or of another length than it says', () => {
    for (const bytes of [[0x08], [0x08, 0x80], [0x12, 5, 1], [0x0b], [0x1d, 1], Array(12).fill(0x88)])
      assert.equal(frame(...bytes), undefined)
    assert.equal(decodeStatus(Buffer.of(1, 0, 0, 0, 2, 8, 1)), undefined)
    assert.equal(decodeStatus(Buffer.of(0, 0, 0, 0, 3, 8, 1)), undefined)
    assert.equal(decodeStatus(Buffer.of(0, 0, 0)), undefined)
  })
})
