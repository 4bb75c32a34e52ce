/** Hostnames resolved by real sockets: the servers answer from zones of the tests, or badly. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseAddress, type SocketAddr } from '#base/address.ts'
import { type Resolved, resolveAddresses } from '#client/resolve.ts'
import { type Answers, DnsResponder } from '#test/dns-responder.ts'
import { HEAD, Lab } from '../answer/lab.ts'

const MANY = Array.from({ length: 60 }, (_, i) => `many A 192.0.2.${i + 1}\n`).join('')
const LINKS = Array.from({ length: 20 }, (_, i) => `l${i} CNAME l${i + 1}.b.test.\n`).join('')
const lab = new Lab({
  'a.test.': `${HEAD}www 90 A 192.0.2.1\nwww 90 A 192.0.2.2\nwww 40 AAAA 2001:db8::1\nto 20 CNAME www\nout CNAME elsewhere.example.\nnowhere A 0.0.0.0\nnowhere A 224.0.0.1\nround CNAME round\n${MANY}`,
  'b.test.': `${HEAD}${LINKS}l20 A 192.0.2.1\n`,
})

const fromZones: Answers = (query, transport) => {
  const answer = lab.send(query, { transport })
  return answer === undefined ? [] : [answer]
}

/** The header of the query as a response with that RCODE, and its question. */
const refusing =
  (rcode: number): Answers =>
  query => {
    const answer = Buffer.from(query)
    answer[2] = 0x80
    answer[3] = rcode
    return [answer]
  }

async function resolve(
  hostname: string,
  family: 'ipv4' | 'ipv6' = 'ipv4',
  servers: readonly Answers[] = [fromZones],
  timeoutMs = 5000,
): Promise<Resolved> {
  await using stack = new AsyncDisposableStack()
  const resolvers: SocketAddr[] = []
  for (const answers of servers) {
    const responder = stack.use(await DnsResponder.start(answers))
    const address = parseAddress('127.0.0.1')
    assert.ok(address)
    resolvers.push({ address, port: responder.port })
  }
  return await resolveAddresses(hostname, family, { resolvers, timeoutMs })
}

function textOf(resolved: Resolved): string {
  if (resolved.kind === 'failed') return `failed: ${resolved.detail}`
  if (resolved.kind === 'none') return `none for ${resolved.ttlSeconds} s: ${resolved.detail}`
  return `${resolved.addresses.map(({ text }) => text).join(' ')} for ${resolved.ttlSeconds} s`
}

describe('a hostname', () => {
  it('is resolved in each family, with its TTL', async () => {
    assert.equal(textOf(await resolve('www.a.test')), '192.0.2.1 192.0.2.2 for 90 s')
    assert.equal(textOf(await resolve('WWW.a.TEST', 'ipv6')), '2001:db8::1 for 40 s')
  })

  it('is followed through aliases, for as long as the shortest of them lasts', async () => {
    assert.equal(textOf(await resolve('to.a.test')), '192.0.2.1 192.0.2.2 for 20 s')
  })

  it('that does not exist, or has no address of the family, is known to have none for as long as the SOA says', async () => {
    assert.equal(textOf(await resolve('no.a.test')), 'none for 5 s: no.a.test does not exist')
    assert.equal(textOf(await resolve('ns.a.test', 'ipv6')), 'none for 5 s: ns.a.test has no such address')
    assert.equal(textOf(await resolve('out.a.test')), 'none for 60 s: out.a.test has no such address')
  })

  it('with addresses that can be nobody’s has none', async () => {
    assert.equal(textOf(await resolve('nowhere.a.test')), 'none for 60 s: nowhere.a.test has no such address')
  })

  it('is asked for again by TCP where the answer was truncated', async () => {
    const resolved = await resolve('many.a.test')
    assert.equal(resolved.kind === 'found' ? resolved.addresses.length : 0, 60)
  })

  it('in circles, or with too many aliases, is not resolved', async () => {
    // Chains are answered up to 16 links, and no link twice.
    assert.match(textOf(await resolve('round.a.test')), /^failed: 127\.0\.0\.1: more than 16 aliases/)
    assert.match(textOf(await resolve('l0.b.test')), /^none/)
  })
})

describe('of several resolvers', () => {
  it('one that refuses, fails, or does not answer gives way to the next', async () => {
    for (const bad of [refusing(2), refusing(5), () => [], () => [Buffer.from('nonsense')]] as Answers[])
      assert.equal(
        textOf(await resolve('to.a.test', 'ipv4', [bad, fromZones], bad.length === 0 ? 50 : 5000)),
        '192.0.2.1 192.0.2.2 for 20 s',
      )
  })

  it('where none answers all are told of', async () => {
    assert.equal(
      textOf(await resolve('to.a.test', 'ipv4', [refusing(2), refusing(5)])),
      'failed: 127.0.0.1: SERVFAIL; 127.0.0.1: REFUSED',
    )
  })

  it('a name that does not exist is the answer', async () => {
    assert.match(textOf(await resolve('no.a.test', 'ipv4', [fromZones, refusing(2)])), /^none/)
  })
})

it('a name that no message can hold', async () => {
  assert.equal(textOf(await resolve(`${'a'.repeat(64)}.test`)), 'failed: 127.0.0.1: BADNAME')
})
