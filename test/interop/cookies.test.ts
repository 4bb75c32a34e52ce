/** DNS cookies (RFC 7873) made with a secret that Understudy, NSD and Knot share: who gets one from the one may show it to the others (RFC 9018). */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type DnsAddress, ServerProcess } from '#test/server-process.ts'
import { TempFolder } from '#test/temp-folder.ts'
import { decodeMessage, encodeQuery } from '#wire/message.ts'
import { name } from '#wire/name.ts'
import { RrType, rcodeToText } from '#wire/types.ts'
import { exchange } from './compare/exchange.ts'
import { type Reference, ReferenceServer } from './compare/reference-server.ts'
import { contentsOf, ZONE_SETS } from './compare/zone-files.ts'

const COOKIE = 10
const SECRET = '000102030405060708090a0b0c0d0e0f'
const NEW_SECRET = 'f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff'
const CLIENT = '0123456789abcdef'
/** As a server makes it, but with a hash that nobody can have made with the secret. */
const forged = (cookie: string): string => cookie.slice(0, 16) + 'f'.repeat(16)

const ZONES = ZONE_SETS.root

describe('a cookie', () => {
  const stack = new AsyncDisposableStack()
  let ours: DnsAddress
  /** Makes cookies with a new secret, and still takes those of the one that all share. */
  let renewed: DnsAddress
  let theirs: Readonly<Record<Reference, DnsAddress>>

  before(async () => {
    const [nsd, knot] = [await startReference('nsd'), await startReference('knot')]
    theirs = { nsd, knot }
    ours = await start(SECRET)
    renewed = await start(`${NEW_SECRET}\n${SECRET}`)
  })
  after(() => stack.disposeAsync())

  for (const peer of ['nsd', 'knot'] as const) {
    it(`of ${peer} is good here, and one of ours there`, async () => {
      const made = await ask(theirs[peer])
      const given = await ask(ours)
      assert.match(made.cookie, /^01000000[0-9a-f]{24}$/)
      assert.match(given.cookie, /^01000000[0-9a-f]{24}$/)
      // A good cookie that is still young comes back as it is.
      assert.deepEqual(await ask(ours, made.cookie), { rcode: 'NOERROR', cookie: made.cookie })
      await assertGood(peer, given.cookie)
    })

    it(`that is forged is good neither here nor with ${peer}`, async () => {
      const { cookie } = await ask(ours)
      assert.notEqual((await ask(ours, forged(cookie))).cookie, forged(cookie))
      await assertBad(peer, forged(cookie))
    })

    it(`of ${peer} with the secret before is taken, and replaced by one that ${peer} does not know yet`, async () => {
      const made = await ask(theirs[peer])
      const replaced = await ask(renewed, made.cookie)
      assert.equal(replaced.rcode, 'NOERROR')
      assert.notEqual(replaced.cookie, made.cookie)
      assert.equal((await ask(renewed, replaced.cookie)).cookie, replaced.cookie)
      await assertBad(peer, replaced.cookie)
    })
  }

  it('of a peer lifts the limit that else makes BADCOOKIE', async () => {
    const limits = 'rate-limit: { responses-per-second: 1, slip: 1, exempt: [] }\n'
    const limited = await start(SECRET, limits)
    for (const peer of ['nsd', 'knot'] as const) {
      const { cookie } = await ask(theirs[peer])
      const bad = forged(cookie)
      const answers = await askOften(limited, bad)
      assert.ok(answers.includes('BADCOOKIE'), `${answers}`)
      assert.deepEqual([...new Set(await askOften(limited, cookie))], ['NOERROR'])
      // What came with BADCOOKIE makes the next try good, here and there (RFC 7873 §5.3).
      const given = await untilBadCookie(limited, bad)
      assert.equal((await ask(limited, given)).rcode, 'NOERROR')
      await assertGood(peer, given)
    }
  })

  async function start(secrets: string, settings = ''): Promise<DnsAddress> {
    const folder = stack.use(await TempFolder.open())
    const file = await folder.file('cookies', secrets)
    const server = stack.use(
      await ServerProcess.start({
        zones: contentsOf(ZONES),
        settings: `cookies: { secrets-file: ${file} }\n${settings}`,
      }),
    )
    const [address] = server.dns
    assert.ok(address !== undefined)
    return address
  }

  async function startReference(peer: Reference): Promise<DnsAddress> {
    return stack.use(await ReferenceServer.start(peer, ZONES, SECRET)).address
  }

  /** NSD sends a good one back while it is young, and Knot answers with BADCOOKIE where one is not good. */
  async function assertGood(peer: Reference, cookie: string): Promise<void> {
    const answer = await ask(theirs[peer], cookie)
    assert.equal(answer.rcode, 'NOERROR')
    if (peer === 'nsd') assert.equal(answer.cookie, cookie)
  }

  async function assertBad(peer: Reference, cookie: string): Promise<void> {
    const answer = await ask(theirs[peer], cookie)
    assert.notEqual(answer.cookie, cookie)
    if (peer === 'knot') assert.equal(answer.rcode, 'BADCOOKIE')
  }
})

interface Answer {
  readonly rcode: string
  /** The server's half, in hexadecimal digits. */
  readonly cookie: string
}

/** @param cookie the server's half, if the client has one */
async function ask(to: DnsAddress, cookie = ''): Promise<Answer> {
  const [answer] = await askSome(to, cookie, 1)
  assert.ok(answer !== undefined)
  return answer
}

async function askOften(to: DnsAddress, cookie: string): Promise<string[]> {
  return (await askSome(to, cookie, 20)).map(({ rcode }) => rcode)
}

async function untilBadCookie(to: DnsAddress, cookie: string): Promise<string> {
  for (;;) {
    const bad = (await askSome(to, cookie, 20)).find(({ rcode }) => rcode === 'BADCOOKIE')
    if (bad !== undefined) return bad.cookie
  }
}

async function askSome(to: DnsAddress, cookie: string, times: number): Promise<Answer[]> {
  const options = [{ code: COOKIE, data: Buffer.from(CLIENT + cookie, 'hex') }]
  const queries = Array.from({ length: times }, () =>
    encodeQuery({ id: 0, name: name('www.here.'), type: RrType.A, edns: { udpSize: 1232, options } }),
  )
  return (await exchange(to, 'udp', queries)).map(response => {
    const { rcode, edns } = decodeMessage(response) ?? {}
    const data = Buffer.from(edns?.options.find(({ code }) => code === COOKIE)?.data ?? []).toString('hex')
    assert.ok(rcode !== undefined && data.startsWith(CLIENT), 'the client gets its own half back')
    return { rcode: rcodeToText(rcode), cookie: data.slice(CLIENT.length) }
  })
}
