/** What a person sees who asks the running server with dig. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type DigRecord, dig, digShort } from '#test/dig.ts'
import { type DnsAddress, ServerProcess } from '#test/server-process.ts'

const LONG_TEXTS = Array.from({ length: 10 }, (_, i) => `"${String(i).repeat(200)}"`).join(' ')

const STATIC_ZONE = `$TTL 3600
@        IN SOA   ns1 hostmaster 2026010101 7200 900 1209600 300
@        IN NS    ns1
@        IN NS    ns2.example.net.
ns1      IN A     192.0.2.53
@        IN MX    10 mail
@        IN CAA   0 issue "ca.example.net"
mail     IN A     192.0.2.25
www  60  IN A     192.0.2.80
www  60  IN A     192.0.2.81
www      IN AAAA  2001:db8::80
text     IN TXT   "one text of" " two \\"strings\\""
long     IN TXT   ${LONG_TEXTS}
_sip._tcp IN SRV  10 60 5060 www
4.3.2.1  IN PTR   www.dig.test.
odd      IN TYPE65280 \\# 4 C0000201
alias    IN CNAME www
alias2   IN CNAME alias
away     IN CNAME www.example.org.
*.wild   IN A     192.0.2.99
a.b.c    IN A     192.0.2.98
sub      IN NS    ns1.sub
sub      IN NS    ns2.example.net.
ns1.sub  IN A     192.0.2.54
ns1.sub  IN AAAA  2001:db8::54
`

const MANAGED_ZONE = `zone: lb.dig.test
nameservers: { ns1: 192.0.2.53 }
names:
  www: { failover: [203.0.113.1, 203.0.113.2, "2001:db8::1"], ttl: 42s }
`

/** `type data`, sorted: a server may give the records of a set in any order. */
function brief(records: readonly DigRecord[]): string[] {
  return records.map(({ type, data }) => `${type} ${data}`).sort()
}

describe('dig', () => {
  const stack = new AsyncDisposableStack()
  let server: ServerProcess
  let udp4: DnsAddress

  before(async () => {
    const zones = { 'dig.test.zone': STATIC_ZONE, 'lb.dig.test.yaml': MANAGED_ZONE }
    server = stack.use(await ServerProcess.start({ zones, listen: ['127.0.0.1:0', '[::1]:0'] }))
    const [first] = server.dns
    assert.ok(first !== undefined)
    udp4 = first
  })
  after(() => stack.disposeAsync())

  for (const [query, expected] of [
    ['dig.test SOA', ['SOA ns1.dig.test. hostmaster.dig.test. 2026010101 7200 900 1209600 300']],
    ['dig.test NS', ['NS ns1.dig.test.', 'NS ns2.example.net.']],
    ['www.dig.test A', ['A 192.0.2.80', 'A 192.0.2.81']],
    ['www.dig.test AAAA', ['AAAA 2001:db8::80']],
    ['alias.dig.test CNAME', ['CNAME www.dig.test.']],
    ['dig.test MX', ['MX 10 mail.dig.test.']],
    ['text.dig.test TXT', ['TXT "one text of" " two \\"strings\\""']],
    ['_sip._tcp.dig.test SRV', ['SRV 10 60 5060 www.dig.test.']],
    ['dig.test CAA', ['CAA 0 issue "ca.example.net"']],
    ['4.3.2.1.dig.test PTR', ['PTR www.dig.test.']],
    ['odd.dig.test TYPE65280', ['TYPE65280 \\# 4 C0000201']],
    ['x.wild.dig.test A', ['A 192.0.2.99']],
    ['alias2.dig.test A', ['A 192.0.2.80', 'A 192.0.2.81', 'CNAME alias.dig.test.', 'CNAME www.dig.test.']],
    ['away.dig.test A', ['CNAME www.example.org.']],
    ['www.lb.dig.test A', ['A 203.0.113.1']],
    ['www.lb.dig.test AAAA', ['AAAA 2001:db8::1']],
  ] as const) {
    it(`gets ${query} by UDP and TCP, over IPv4 and IPv6`, async () => {
      for (const address of server.dns) {
        for (const [option, transport] of [
          ['+notcp', 'UDP'],
          ['+tcp', 'TCP'],
        ] as const) {
          const answer = await dig(address, option, ...query.split(' '))
          assert.equal(answer.status, 'NOERROR', answer.text)
          assert.deepEqual(brief(answer.answer), expected)
          assert.deepEqual(answer.flags, ['qr', 'aa', 'rd'])
          assert.equal(answer.transport, transport)
        }
      }
    })
  }

  it('gets NXDOMAIN with the SOA, its TTL cut to the minimum', async () => {
    const { status, answer, authority } = await dig(udp4, 'nothing.dig.test', 'A')
    assert.equal(status, 'NXDOMAIN')
    assert.deepEqual(answer, [])
    assert.deepEqual(
      authority.map(({ owner, ttl, type }) => ({ owner, ttl, type })),
      [{ owner: 'dig.test.', ttl: 300, type: 'SOA' }],
    )
  })

  it('gets NODATA for another type, for an empty non-terminal, and beside a wildcard', async () => {
    for (const query of ['www.dig.test MX', 'b.c.dig.test A', 'x.wild.dig.test AAAA']) {
      const { status, answer, authority } = await dig(udp4, ...query.split(' '))
      assert.equal(status, 'NOERROR')
      assert.deepEqual(answer, [])
      assert.deepEqual(brief(authority), [
        'SOA ns1.dig.test. hostmaster.dig.test. 2026010101 7200 900 1209600 300',
      ])
    }
  })

  it('is referred to a delegated zone, with glue', async () => {
    const { status, flags, answer, authority, additional } = await dig(udp4, 'host.sub.dig.test', 'A')
    assert.equal(status, 'NOERROR')
    assert.deepEqual(flags, ['qr', 'rd'])
    assert.deepEqual(answer, [])
    assert.deepEqual(brief(authority), ['NS ns1.sub.dig.test.', 'NS ns2.example.net.'])
    assert.deepEqual(brief(additional), ['A 192.0.2.54', 'AAAA 2001:db8::54'])
  })

  it('is refused what is not served here', async () => {
    const { status, flags, answer } = await dig(udp4, 'www.example.org', 'A')
    assert.equal(status, 'REFUSED')
    assert.deepEqual(flags, ['qr', 'rd'])
    assert.deepEqual(answer, [])
  })

  it('gets EDNS exactly if it sends EDNS', async () => {
    assert.equal((await dig(udp4, '+noedns', 'www.dig.test')).udpSize, undefined)
    assert.equal((await dig(udp4, '+bufsize=4096', 'www.dig.test')).udpSize, 1232)
  })

  it('gets BADVERS for an EDNS version that does not exist', async () => {
    assert.equal((await dig(udp4, '+edns=1', '+noednsneg', 'www.dig.test')).status, 'BADVERS')
  })

  it('gets TC for what is too long for UDP, and all of it by TCP', async () => {
    for (const option of ['+noedns', '+bufsize=4096']) {
      const { flags, answer, transport } = await dig(udp4, '+ignore', option, 'long.dig.test', 'TXT')
      assert.deepEqual([flags, answer, transport], [['qr', 'aa', 'tc', 'rd'], [], 'UDP'])
    }
    const { flags, answer, transport } = await dig(udp4, 'long.dig.test', 'TXT')
    assert.deepEqual([flags, transport], [['qr', 'aa', 'rd'], 'TCP'])
    assert.deepEqual(brief(answer), [`TXT ${LONG_TEXTS}`])
  })

  it('gets the letter case of its question back', async () => {
    const { question, answer } = await dig(udp4, 'wWw.DiG.tEsT', 'A')
    assert.equal(question, 'wWw.DiG.tEsT. IN A')
    assert.deepEqual(new Set(answer.map(({ owner }) => owner)), new Set(['wWw.DiG.tEsT.']))
  })

  it('gets the TTLs that were configured, for static and managed names', async () => {
    const ttls = async (name: string): Promise<number[]> =>
      (await dig(udp4, name, 'A')).answer.map(({ ttl }) => ttl)
    assert.deepEqual(await ttls('www.dig.test'), [60, 60])
    assert.deepEqual(await ttls('mail.dig.test'), [3600])
    assert.deepEqual(await ttls('www.lb.dig.test'), [42])
  })

  it('+short prints the address of a managed name and nothing else', async () => {
    assert.deepEqual(await digShort(udp4, 'www.lb.dig.test'), ['203.0.113.1'])
  })

  it('gets the SOA and NS that were made for a zone without a master file', async () => {
    const { answer } = await dig(udp4, 'lb.dig.test', 'SOA')
    assert.match(answer[0]?.data ?? '', /^ns1\.lb\.dig\.test\. hostmaster\.lb\.dig\.test\. \d+ /)
    assert.deepEqual(await digShort(udp4, 'lb.dig.test', 'NS'), ['ns1.lb.dig.test.'])
  })
})
