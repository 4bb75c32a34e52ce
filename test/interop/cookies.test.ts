/** Servers that share a secret know each other's cookies (RFC 9018): behind one address, or as ns1 and ns2 of different makes. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type DnsAddress, ServerProcess } from '#test/server-process.ts'
import { decodeMessage, encodeQuery, type Message } from '#wire/message.ts'
import { name } from '#wire/name.ts'
import { Rcode, RrType } from '#wire/types.ts'
import { exchange } from './compare/exchange.ts'
import { REFERENCES, ReferenceServer } from './compare/reference-server.ts'
import { HARD_ZONES, zoneFiles } from './compare/zone-files.ts'

const SECRET = 'e5e973e5a6b2a43f48e7dc849e37bfcf'
const NEW_SECRET = 'dd3bdf9344b678b185a6f5cb60fca715'
const CLIENT = '2464c4abcf10c957'
const COOKIE = 10

const stack = new AsyncDisposableStack()
let ours: DnsAddress
/** Makes cookies with a new secret, and still takes those of the one that all share. */
let renewed: DnsAddress
/** Answers hardly anything to a client without a good cookie. */
let limited: DnsAddress
const references = new Map<string, DnsAddress>()

before(async () => {
  ours = await start(SECRET)
  renewed = await start(`${NEW_SECRET}\n${SECRET}`)
  limited = await start(SECRET, 'rate-limit: { responses-per-second: 1, slip: 1, exempt: [] }\n')
  for (const one of REFERENCES)
    references.set(one, stack.use(await ReferenceServer.start(one, HARD_ZONES, SECRET)).address)
})
after(() => stack.disposeAsync())

for (const reference of REFERENCES) {
  describe(reference, () => {
    it('takes a cookie of Understudy as its own', async () => {
      const cookie = cookieOf(await ask(ours, CLIENT))
      const response = await ask(addressOf(reference), cookie)
      assert.deepEqual([response.rcode, response.answer.length], [Rcode.NOERROR, 1])
      assert.equal(cookieOf(response), cookie)
    })

    it('gives a cookie that Understudy takes as its own', async () => {
      const cookie = cookieOf(await ask(addressOf(reference), CLIENT))
      assert.equal(cookieOf(await ask(ours, cookie)), cookie)
    })

    it('is taken with the secret before, and given one that it does not know yet', async () => {
      const cookie = cookieOf(await ask(addressOf(reference), CLIENT))
      const replaced = cookieOf(await ask(renewed, cookie))
      assert.notEqual(replaced, cookie)
      assert.equal(cookieOf(await ask(renewed, replaced)), replaced)
      assert.notEqual(cookieOf(await ask(addressOf(reference), replaced)), replaced)
    })

    it('lifts by its cookie the limit that else makes BADCOOKIE', async () => {
      const known = cookieOf(await ask(addressOf(reference), CLIENT))
      const unknown = changed(known)
      const bad = (await askOften(limited, unknown)).find(({ rcode }) => rcode === Rcode.BADCOOKIE)
      assert.ok(bad !== undefined)
      // What came with BADCOOKIE makes the next try good, here and there (RFC 7873 §5.3).
      for (const good of [known, cookieOf(bad)]) {
        const codes = (await askOften(limited, good)).map(({ rcode }) => rcode)
        assert.deepEqual([...new Set(codes)], [Rcode.NOERROR])
        assert.equal((await ask(addressOf(reference), good)).rcode, Rcode.NOERROR)
      }
    })

    it('and neither takes one that was changed', async () => {
      const cookie = cookieOf(await ask(ours, CLIENT))
      for (const to of [ours, addressOf(reference)])
        assert.notEqual(cookieOf(await ask(to, changed(cookie))), changed(cookie))
      const { rcode } = await ask(addressOf(reference), changed(cookie))
      assert.equal(rcode, reference === 'knot' ? Rcode.BADCOOKIE : Rcode.NOERROR)
    })
  })
}

async function start(secrets: string, settings = ''): Promise<DnsAddress> {
  const server = stack.use(
    await ServerProcess.start({
      zones: { ...zoneFiles(HARD_ZONES), '../secrets': `${secrets}\n` },
      settings: `cookies: { secrets-file: secrets }\n${settings}`,
    }),
  )
  return server.dns[0] ?? assert.fail()
}

/** Of which the last digit is another: nobody can have made it. */
function changed(cookie: string): string {
  return `${cookie.slice(0, -1)}${cookie.endsWith('0') ? '1' : '0'}`
}

function addressOf(reference: string): DnsAddress {
  return references.get(reference) ?? assert.fail()
}

/** @param cookie in hexadecimal, without or with the server's part */
async function ask(to: DnsAddress, cookie: string): Promise<Message> {
  return (await askOften(to, cookie, 1))[0] ?? assert.fail()
}

async function askOften(to: DnsAddress, cookie: string, times = 20): Promise<Message[]> {
  const options = [{ code: COOKIE, data: Buffer.from(cookie, 'hex') }]
  const edns = { udpSize: 1232, dnssecOk: false, options }
  const query = { id: 0, name: name('mail.hard.test.'), type: RrType.A, edns }
  const queries = Array.from({ length: times }, () => encodeQuery(query))
  return (await exchange(to, 'udp', queries)).map(response => decodeMessage(response) ?? assert.fail())
}

/** The whole cookie of a response; it must have one, of 24 bytes. */
function cookieOf({ edns }: Message): string {
  const data = edns?.options.find(({ code }) => code === COOKIE)?.data
  assert.equal(data?.length, 24)
  return Buffer.from(data).toString('hex')
}
