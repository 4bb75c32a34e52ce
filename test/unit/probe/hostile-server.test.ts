/** Endpoints that do the worst to a probe: each is a prompt fail, bounded in memory and time. */
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import type { Socket } from 'node:net'
import { describe, it } from 'node:test'
import { runProbe } from '#probe/run-probe.ts'
import type { HttpSpec, ProbeSpec } from '#probe/spec.ts'
import { until } from '#test/processes.ts'
import { RawServer } from '#test/raw-server.ts'
import { AMPLE_MS, BRIEF_MS, httpSpec, targetOf, USER_AGENT } from './targets.ts'

interface Told {
  readonly said: string
  readonly detail: string
}

/** The probe's word on a server that does this to each connection. */
async function probe(
  onConnection: (socket: Socket) => void,
  changes: Partial<HttpSpec> = {},
  timeoutMs = AMPLE_MS,
): Promise<Told> {
  await using server = await RawServer.start(onConnection)
  const target = targetOf(httpSpec(server.port, changes), '127.0.0.1', { timeoutMs })
  const { kind, reason, detail } = await runProbe(target, USER_AGENT)
  assert.ok(server.connections <= 1, 'it must not connect again')
  return { said: `${kind} ${reason}`, detail }
}

/** Calls back once the request is there. */
function onRequest(call: (socket: Socket) => void): (socket: Socket) => void {
  return socket => void socket.once('data', () => call(socket))
}

function answering(text: string): (socket: Socket) => void {
  return onRequest(socket => void socket.end(text))
}

/** Writes as fast as it is read; tells how much that was when the connection is gone. */
function pour(socket: Socket, piece: Buffer): Promise<number> {
  return new Promise(resolve => {
    const more = (): void => {
      while (socket.write(piece));
    }
    socket.on('drain', more)
    socket.on('close', () => resolve(socket.bytesWritten))
    more()
  })
}

/** What the kernel's buffers of both sides may hold, generously. */
const BUFFERS_BYTES = 16 * 1024 * 1024

describe('a server that is silent or slow', () => {
  it('never answers', async () => {
    assert.deepEqual(await probe(() => undefined, {}, BRIEF_MS), {
      said: 'fail timeout',
      detail: 'no response within 150ms',
    })
  })

  it('never ends the TLS handshake', async () => {
    assert.deepEqual(await probe(() => undefined, { type: 'https' }, BRIEF_MS), {
      said: 'fail timeout',
      detail: 'no end of the TLS handshake within 150ms',
    })
  })

  /** The text, and then the letter x for ever. */
  function dripInto(socket: Socket, text: string): void {
    let sent = 0
    const drip = setInterval(() => socket.write(text[sent++] ?? 'x'), 5)
    socket.on('close', () => clearInterval(drip))
  }

  it('drips headers byte by byte', async () => {
    const drip = onRequest(socket => dripInto(socket, 'HTTP/1.1 200 OK\r\nX-Drip: '))
    assert.equal((await probe(drip, {}, BRIEF_MS)).said, 'fail timeout')
  })

  it('drips a body byte by byte', async () => {
    const drip = onRequest(socket => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      dripInto(socket, '')
    })
    assert.deepEqual(await probe(drip, { body: 'ok' }, BRIEF_MS), {
      said: 'fail timeout',
      detail: 'no complete body within 150ms',
    })
  })

  it('gives one interim response after the other', async () => {
    const interim = Buffer.from('HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n'.repeat(10))
    assert.match(
      (
        await probe(
          onRequest(socket => void pour(socket, interim)),
          {},
          BRIEF_MS,
        )
      ).said,
      /^fail /,
    )
  })
})

describe('a server that breaks off', () => {
  it('closes at once', async () => {
    assert.match((await probe(socket => void socket.end())).said, /^fail (closed|reset)$/)
  })

  it('closes after the request', async () => {
    assert.equal((await probe(answering(''))).said, 'fail closed')
  })

  it('closes within the headers', async () => {
    assert.equal((await probe(answering('HTTP/1.1 200 OK\r\nContent-'))).said, 'fail closed')
  })

  it('closes within the body', async () => {
    const { said } = await probe(answering('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf'), {
      body: 'ok',
    })
    assert.match(said, /^fail (closed|protocol)$/)
  })

  it('resets the connection', async () => {
    assert.equal((await probe(onRequest(socket => void socket.resetAndDestroy()))).said, 'fail reset')
  })
})

describe('a server that does not speak HTTP', () => {
  const garbage: Readonly<Record<string, string>> = {
    'sends another protocol': '220 mail.example ESMTP\r\n',
    'sends bytes': '\x00\x01\x02\xff\xfe\x1b[2J',
    'has a status out of range': 'HTTP/1.1 99999 OK\r\n\r\n',
    'has a header without colon': 'HTTP/1.1 200 OK\r\nno colon here\r\n\r\n',
    'changes the protocol': 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n',
    'says to go on with a body that nobody has announced': 'HTTP/1.1 100 Continue\r\n\r\n',
    'has two lengths': 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
  }
  for (const [what, bytes] of Object.entries(garbage)) {
    it(what, async () => {
      const { said, detail } = await probe(answering(bytes))
      assert.equal(said, 'fail protocol', detail)
      assert.match(detail, /^[\x20-\x7e…]{1,200}$/)
    })
  }

  it('speaks TLS', async () => {
    assert.equal((await probe(answering('\x15\x03\x01\x00\x02\x02\x46'))).said, 'fail protocol')
  })

  it('does not speak TLS', async () => {
    assert.equal(
      (await probe(answering('HTTP/1.1 400 Bad Request\r\n\r\n'), { type: 'https' })).said,
      'fail tls',
    )
  })
})

describe('a server that sends without end', () => {
  const piece = Buffer.alloc(65_536, 'x')

  /** Its word, and how much it has taken. */
  async function flooded(head: string, changes: Partial<HttpSpec> = {}, timeoutMs = AMPLE_MS) {
    const written = Promise.withResolvers<number>()
    const told = await probe(
      onRequest(socket => {
        socket.write(head)
        pour(socket, piece).then(written.resolve)
      }),
      changes,
      timeoutMs,
    )
    assert.ok((await written.promise) < BUFFERS_BYTES, 'it must stop reading')
    return told
  }

  it('a body of 10 GB, and the text is not there', async () => {
    const head = `HTTP/1.1 200 OK\r\nContent-Length: ${10e9}\r\n\r\n`
    assert.equal((await flooded(head, { body: 'ok' })).said, 'fail body')
  })

  it('a body of 10 GB that nobody wants', async () => {
    assert.equal((await flooded(`HTTP/1.1 200 OK\r\nContent-Length: ${10e9}\r\n\r\n`)).said, 'pass ok')
  })

  it('a body of 10 GB with the text at its start', async () => {
    assert.equal((await flooded('HTTP/1.1 200 OK\r\n\r\nok', { body: 'ok' })).said, 'pass ok')
  })

  it('one header', async () => {
    assert.equal((await flooded('HTTP/1.1 200 OK\r\nX-Long: ')).said, 'fail protocol')
  })

  it('headers', async () => {
    const headers = Buffer.from('X-Many: 12345678\r\n'.repeat(100))
    const endless = onRequest(socket => {
      socket.write('HTTP/1.1 200 OK\r\n')
      void pour(socket, headers)
    })
    assert.equal((await probe(endless)).said, 'fail protocol')
  })
})

describe('no descriptors are left', () => {
  const worst: Readonly<Record<string, (socket: Socket) => void>> = {
    hangs: socket => void socket.resume(),
    resets: socket => void socket.resetAndDestroy(),
    'hangs up': socket => void socket.resume().end(),
    'speaks garbage': socket => void socket.resume().end('\x00\xff\x15\x03garbage\r\n\r\n'),
    drips(socket) {
      const drip = setInterval(() => socket.write('H'), 5)
      socket.on('close', () => clearInterval(drip))
    },
    floods: socket => void pour(socket, Buffer.alloc(65_536, 'x')),
  }
  for (const [what, onConnection] of Object.entries(worst)) {
    it(`by one that ${what}`, async () => {
      await using server = await RawServer.start(onConnection)
      const { port } = server
      const host = 'www.probe.test'
      const specs: ProbeSpec[] = [
        httpSpec(port),
        httpSpec(port, { keepAlive: true, body: 'ok' }),
        httpSpec(port, { type: 'https' }),
        { type: 'tls', port, host, verify: false },
        { type: 'tcp', port, send: 'PING', expect: 'PONG' },
      ]
      const before = openDescriptors()
      for (const spec of specs) {
        const outcome = await runProbe(targetOf(spec, '127.0.0.1', { timeoutMs: BRIEF_MS }), USER_AGENT)
        assert.equal(outcome.kind, 'fail', `${spec.type}: ${outcome.detail}`)
      }
      await until(() => openDescriptors() <= before)
    })
  }

  function openDescriptors(): number {
    return readdirSync('/proc/self/fd').length
  }
})

describe('after probes that timed out', () => {
  it('every connection is closed', async () => {
    const count = 20
    const allClosed = Promise.withResolvers<void>()
    let closed = 0
    await using server = await RawServer.start(socket => {
      socket.resume().on('close', () => {
        closed++
        if (closed === count) allClosed.resolve()
      })
    })
    const types = ['http', 'https'] as const
    const specs = Array.from({ length: count }, (_, i) =>
      httpSpec(server.port, { type: types[i % 2] ?? 'http' }),
    )
    const targets = specs.map(spec => targetOf(spec, '127.0.0.1', { timeoutMs: BRIEF_MS }))
    const outcomes = await Promise.all(targets.map(target => runProbe(target, USER_AGENT)))
    assert.ok(outcomes.every(outcome => outcome.reason === 'timeout'))
    await allClosed.promise
  })
})
