import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, it } from 'node:test'
import { runProbe } from '#probe/run-probe.ts'
import type { HttpSpec } from '#probe/spec.ts'
import { AMPLE_MS, httpSpec, targetOf, USER_AGENT } from './targets.ts'

/** What the probe says of an HTTP server that answers like this: `kind reason`, and the detail. */
async function probe(listener: RequestListener, changes: Partial<HttpSpec> = {}, address = '127.0.0.1') {
  const server = createServer(listener).listen(0, address)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const target = targetOf(httpSpec(port, changes), address, { timeoutMs: AMPLE_MS })
  const { kind, reason, detail } = await runProbe(target, USER_AGENT)
  server.close()
  server.closeAllConnections()
  await once(server, 'close')
  return { said: `${kind} ${reason}`, detail }
}

const ok: RequestListener = (_, response) => void response.end('all is well\n')

describe('the request of the http probe', () => {
  it('has the method, path, Host and headers of the check, names Understudy and asks for no second request', async () => {
    let seen: unknown
    const { said } = await probe(
      ({ method, url, headers }, response) => {
        seen = { method, url, headers }
        response.end()
      },
      { path: '/health?deep=1', headers: { 'X-Token': 's3cret' } },
    )
    assert.equal(said, 'pass ok')
    assert.deepEqual(seen, {
      method: 'GET',
      url: '/health?deep=1',
      headers: { host: 'www.probe.test', 'user-agent': USER_AGENT, 'x-token': 's3cret', connection: 'close' },
    })
  })

  it('can have another User-Agent, and the method HEAD', async () => {
    const { said } = await probe(
      ({ method, headers }, response) => {
        response.statusCode = method === 'HEAD' && headers['user-agent'] === 'mine' ? 200 : 400
        response.end()
      },
      { method: 'HEAD', headers: { 'USER-AGENT': 'mine' } },
    )
    assert.equal(said, 'pass ok')
  })

  it('goes to an IPv6 address, and has an address as Host in brackets', async () => {
    const { said } = await probe(
      ({ headers }, response) => {
        response.statusCode = headers.host === '[2001:db8::1]' ? 200 : 400
        response.end()
      },
      { host: '2001:db8::1' },
      '::1',
    )
    assert.equal(said, 'pass ok')
  })

  it('comes from the source address', async () => {
    let peer: string | undefined
    const { said } = await probe(
      ({ socket }, response) => {
        peer = socket.remoteAddress
        response.end()
      },
      { sourceAddress: '127.0.0.2' },
    )
    assert.deepEqual([said, peer], ['pass ok', '127.0.0.2'])
  })

  it('does not go through a proxy of the environment', async () => {
    const names = ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'ALL_PROXY', 'NODE_USE_ENV_PROXY']
    for (const name of names) process.env[name] = 'http://127.0.0.1:1'
    const { said } = await probe(ok)
    for (const name of names) delete process.env[name]
    assert.equal(said, 'pass ok')
  })
})

describe('the status', () => {
  function withStatus(status: number, changes: Partial<HttpSpec> = {}) {
    return probe((_, response) => void response.writeHead(status, { location: '/other' }).end(), changes)
  }

  it('passes within the ranges only', async () => {
    const ranges = {
      status: [
        [200, 299],
        [404, 404],
      ],
    } as const
    assert.equal((await withStatus(404, ranges)).said, 'pass ok')
    assert.equal((await withStatus(299, ranges)).said, 'pass ok')
    assert.deepEqual(await withStatus(503, ranges), {
      said: 'fail status',
      detail: 'status 503, expected 200-299, 404',
    })
  })

  it('is a redirect for the answer where none is to be followed', async () => {
    assert.equal((await withStatus(302)).said, 'fail status')
    assert.equal((await withStatus(302, { status: [[302, 302]] })).said, 'pass ok')
  })

  it('is the final one, not an interim one', async () => {
    const { said } = await probe((_, response) => {
      response.writeEarlyHints({ link: '</a.css>; rel=preload' })
      response.writeHead(500).end()
    })
    assert.equal(said, 'fail status')
  })
})

describe('the body', () => {
  it('passes with the text in it, in pieces and beyond ASCII', async () => {
    const { said, detail } = await probe(
      (_, response) => {
        const body = Buffer.from('status: grün')
        response.write(body.subarray(0, 11))
        response.end(body.subarray(11))
      },
      { body: 'grün' },
    )
    assert.deepEqual([said, detail], ['pass ok', 'status 200, body as expected'])
  })

  it('fails without it', async () => {
    assert.equal((await probe(ok, { body: 'maintenance' })).said, 'fail body')
    assert.equal(
      (await probe((_, response) => void response.writeHead(204).end(), { body: 'x' })).said,
      'fail body',
    )
  })

  it('counts only up to the bound', async () => {
    assert.equal((await probe(ok, { body: 'well', maxBodyBytes: 11 })).said, 'pass ok')
    assert.deepEqual(await probe(ok, { body: 'well', maxBodyBytes: 10 }), {
      said: 'fail body',
      detail: 'the expected text is not in the first 10 bytes of the body',
    })
  })

  it('does not matter when the status is wrong', async () => {
    const { said } = await probe((_, response) => void response.writeHead(500).end('ok'), { body: 'ok' })
    assert.equal(said, 'fail status')
  })
})

describe('a redirect', () => {
  /** Every path leads to the next in the list; the last is answered 200. */
  function chain(locations: readonly string[], redirects: number, changes: Partial<HttpSpec> = {}) {
    let hops = 0
    return probe(
      ({ socket }, response) => {
        const location = locations[hops++]
        const port = `${socket.localPort}`
        if (location === undefined) response.end('here')
        else response.writeHead(302, { location: location.replace('PORT', port) }).end()
      },
      { redirects, ...changes },
    )
  }

  it('is followed to another path of the same endpoint, over a new connection', async () => {
    assert.equal((await chain(['/b', 'c?x=1', 'http://www.probe.test/d'], 3)).said, 'pass ok')
    assert.equal((await chain(['http://www.probe.test:PORT/'], 1, { body: 'here' })).said, 'pass ok')
  })

  it('is asked for by GET where the status says so, and else by the same method with its body', async () => {
    const cases = [
      [301, 'POST', 'GET '],
      [302, 'POST', 'GET '],
      [303, 'PUT', 'GET '],
      [303, 'HEAD', 'HEAD '],
      [302, 'PUT', 'PUT x'],
      [307, 'POST', 'POST x'],
      [308, 'POST', 'POST x'],
    ] as const
    for (const [status, method, expected] of cases) {
      const seen: string[] = []
      const { said } = await probe(
        (request, response) => {
          let body = ''
          request.on('data', piece => {
            body += piece
          })
          request.on('end', () => {
            seen.push(`${request.method} ${body}`)
            response.writeHead(request.url === '/b' ? 200 : status, { location: '/b' }).end()
          })
        },
        { method, redirects: 1, ...(method === 'HEAD' ? {} : { requestBody: 'x' }) },
      )
      assert.deepEqual([said, seen[1]], ['pass ok', expected], `${status} ${method}`)
    }
  })

  it('is not followed more often than asked', async () => {
    assert.deepEqual(await chain(['/b', '/c'], 1), { said: 'fail redirect', detail: 'more than 1 redirects' })
  })

  it('is not followed elsewhere, and what may be secret in it is not told', async () => {
    const elsewhere = [
      'http://evil.test/?token=s3cret',
      'https://www.probe.test/',
      'http://www.probe.test:1/',
      '//evil.test/',
      'http://user:s3cret@evil.test/',
      'javascript:alert(1)',
      'http://[broken/',
    ]
    for (const location of elsewhere) {
      const { said, detail } = await chain([location], 5)
      assert.equal(said, 'fail redirect', location)
      assert.doesNotMatch(detail, /s3cret/)
    }
  })
})

describe('a regular expression for the body', () => {
  const body: RequestListener = (_, response) => void response.end('{"status":"green","lag":12}')

  it('passes where a part of the body fits', async () => {
    assert.equal((await probe(body, { bodyRegex: '"lag":\\d{1,2}\\b' })).said, 'pass ok')
    assert.equal((await probe(body, { bodyRegex: '(?i)GREEN' })).said, 'pass ok')
  })

  it('fails where none does, or only behind max-body', async () => {
    const { said, detail } = await probe(body, { bodyRegex: '"status":"(yellow|red)"' })
    assert.deepEqual([said, detail], ['fail body', 'the expected text is not in the body'])
    assert.equal((await probe(body, { bodyRegex: 'lag', maxBodyBytes: 10 })).said, 'fail body')
  })

  it('takes time that grows with the body alone, whatever the expression', async () => {
    const long: RequestListener = (_, response) => void response.end('a'.repeat(60_000))
    assert.equal((await probe(long, { bodyRegex: '(a*)*(a*)*b$' })).said, 'fail body')
  })
})

describe('more of the request', () => {
  it('has a body and any method', async () => {
    let seen = ''
    const { said } = await probe(
      (request, response) => {
        request.setEncoding('utf8').on('data', piece => {
          seen += piece
        })
        request.on('end', () => response.end(request.method))
      },
      { method: 'POST', requestBody: '{"deep":true}', body: 'POST' },
    )
    assert.deepEqual([said, seen], ['pass ok', '{"deep":true}'])
  })
})

describe('a latency limit', () => {
  it('makes a late pass a fail, and leaves a fail what it is', async () => {
    const answering =
      (status: number): RequestListener =>
      (_, response) =>
        void response.writeHead(status).end()
    // No answer comes within a microsecond.
    const { said, detail } = await probe(answering(200), { latencyLimitMs: 0.001 })
    assert.equal(said, 'fail slow')
    assert.match(detail, /^status 200, after \d+ ms; the limit is 0\.001 ms$/)
    assert.equal((await probe(answering(503), { latencyLimitMs: 0.001 })).said, 'fail status')
    assert.equal((await probe(answering(200), { latencyLimitMs: AMPLE_MS })).said, 'pass ok')
  })
})

describe('a secret in a header', () => {
  it('is sent, and what the endpoint says of it is not told', async () => {
    const seen: unknown[] = []
    const server = createServer(({ headers }, response) => {
      seen.push(headers['authorization'])
      response.writeHead(401, `${headers['authorization']}`, { 'x-token': `${headers['authorization']}` })
      response.end(`${headers['authorization']}`)
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const target = targetOf(httpSpec(port, { headers: { authorization: { env: 'TOKEN' } } }))
    const outcome = await runProbe({ ...target, secrets: { 'env TOKEN': 'Bearer s3cret' } }, USER_AGENT)
    assert.deepEqual(seen, ['Bearer s3cret'])
    assert.equal(outcome.reason, 'status')
    assert.doesNotMatch(JSON.stringify([target, outcome]), /s3cret/)
    await new Promise(resolve => server.close(resolve))
  })
})
