/** A million damaged packets: never an exception, never a response to a response, never more than allowed, the question echoed or absent. */
import { describe, it } from 'node:test'
import { Arrival } from '#answer/arrival.ts'
import { Transport } from '#answer/counters.ts'
import { createWhyBoard } from '#answer/why-board.ts'
import { DamagedQueries } from '#test/damaged-queries.ts'
import { assertResponse, must } from '#test/response-rules.ts'
import { Lab } from './lab.ts'

const PACKETS = 1_000_000
/** Every so many-th response is read whole. */
const READ_EVERY = 16
const BUFFER_BYTES = 2048
const FENCE = 0x5a

const HEAD = '$TTL 60\n@ SOA ns hostmaster 1 2 3 4 5\n@ NS ns\nns A 192.0.2.53\n'
const ZONES = {
  'p.test.': `${HEAD}www A 192.0.2.1
www AAAA 2001:db8::1
@ MX 10 www
alias CNAME www
loop CNAME loop
*.wild TXT "x"
old DNAME new
round DNAME round
www.new A 192.0.2.2
sub NS ns.sub
ns.sub A 192.0.2.3
_s._tcp SRV 1 2 3 www
big TXT ${Array.from({ length: 12 }, (_, i) => `"${String.fromCharCode(97 + i).repeat(200)}"`).join(' ')}
`,
  'c.p.test.': HEAD,
}
const NAMES = [
  '.',
  'p.test.',
  'www.p.test.',
  'alias.p.test.',
  'loop.p.test.',
  'x.wild.p.test.',
  'www.old.p.test.',
  'a.round.p.test.',
  'host.sub.p.test.',
  '_s._tcp.p.test.',
  'big.p.test.',
  'none.p.test.',
  'c.p.test.',
  'id.server.',
  'broken.test.',
  'elsewhere.example.',
]
const introspectionFrom = [{ bytes: Uint8Array.of(192, 0, 2, 0), bits: 24 }]
const policy = { id: 'ns1', version: '1', cookieSecrets: [new Uint8Array(16)], introspectionFrom }

describe('damaged packets', () => {
  for (const [seed, transport] of [
    [1, 'udp'],
    [2, 'tcp'],
  ] as const) {
    it(`by ${transport}, ${PACKETS / 2} of them`, () => {
      const lab = new Lab(ZONES, { policy, failed: ['broken.test.'], why: createWhyBoard([], []) })
      const queries = new DamagedQueries(seed, NAMES)
      const arrival = new Arrival(Transport[transport])
      arrival.from(Uint8Array.of(192, 0, 2, 1), 0, 4)
      const bytes = new Uint8Array(65_535 + BUFFER_BYTES)
      const limit = transport === 'udp' ? 1232 : 65_535
      for (let i = 0; i < PACKETS / 2; i++) {
        const query = queries.next()
        bytes.fill(FENCE, limit, BUFFER_BYTES)
        bytes.set(query)
        const length = lab.responder.respond(bytes, 0, query.length, arrival)
        const context = (): string => `packet ${i}: ${Buffer.from(query).toString('hex')}`
        must(length <= limit, context)
        if (transport === 'udp') must(bytes[limit + 600] === FENCE, context)
        if (length > 0) assertResponse(query, bytes.subarray(0, length), i % READ_EVERY === 0, context)
        else must(query.length < 12 || ((query[2] ?? 0) & 0x80) !== 0, context)
      }
    })
  }
})
