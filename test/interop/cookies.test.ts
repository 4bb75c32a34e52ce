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
const CLIENT = '2464c4abcf10c957'
const COOKIE = 10

const stack = new AsyncDisposableStack()
let ours: DnsAddress
const references = new Map<string, DnsAddress>()

before(async () => {
  const server = stack.use(
    await ServerProcess.start({
      zones: { ...zoneFiles(HARD_ZONES), '../secrets': `${SECRET}\n` },
      settings: 'cookies: { secrets-file: secrets }\n',
    }),
  )
  ours = server.dns[0] ?? assert.fail()
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

    it('and neither takes one that was changed', async () => {
      const cookie = cookieOf(await ask(ours, CLIENT))
      const changed = `${cookie.slice(0, -1)}${cookie.endsWith('0') ? '1' : '0'}`
      for (const to of [ours, addressOf(reference)])
        assert.notEqual(cookieOf(await ask(to, changed)), changed)
    })
  })
}

function addressOf(reference: string): DnsAddress {
  return references.get(reference) ?? assert.fail()
}

/** @param cookie in hexadecimal, without or with the server's part */
async function ask(to: DnsAddress, cookie: string): Promise<Message> {
  const options = [{ code: COOKIE, data: Buffer.from(cookie, 'hex') }]
  const edns = { udpSize: 1232, dnssecOk: false, options }
  const [response] = await exchange(to, 'udp', [
    encodeQuery({ id: 0, name: name('mail.hard.test.'), type: RrType.A, edns }),
  ])
  return decodeMessage(response ?? new Uint8Array()) ?? assert.fail()
}

/** The whole cookie of a response; it must have one, of 24 bytes. */
function cookieOf({ edns }: Message): string {
  const data = edns?.options.find(({ code }) => code === COOKIE)?.data
  assert.equal(data?.length, 24)
  return Buffer.from(data).toString('hex')
}
