/** The query log: what is told of, how much, and what happens when nobody reads it. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { readQueryLog } from '#answer/query-log.ts'
import { HEAD, Lab } from './lab.ts'

const ZONES = { 'p.test.': `${HEAD}www A 192.0.2.1\n` }
const labWith = (sample: number, perSecond: number): Lab =>
  new Lab(ZONES, { policy: { queryLog: { sample, perSecond } } })

describe('the query log', () => {
  it('tells who asked for what, and what became of it', () => {
    const lab = labWith(1, 100)
    lab.ask('wWw.p.test. A', { client: '2001:db8::9', edns: { udpSize: 1232 } })
    lab.ask('gone.p.test. TYPE4711', { transport: 'tcp' })
    const [first, second] = readQueryLog(lab.queryLog).entries
    assert.deepEqual(first, {
      wallMs: lab.wallMs,
      why: 'sampled',
      client: '2001:db8::9',
      transport: 'udp',
      name: 'wWw.p.test.',
      type: 'A',
      class: 'IN',
      rcode: 'NOERROR',
      edns: true,
      responseBytes: 55,
    })
    assert.deepEqual(
      [second?.transport, second?.type, second?.rcode, second?.edns],
      ['tcp', 'TYPE4711', 'NXDOMAIN', false],
    )
    assert.deepEqual(readQueryLog(lab.queryLog).entries, [])
  })

  it('tells of the part that is wanted, spread evenly', () => {
    const lab = labWith(0.25, 100)
    for (let i = 0; i < 100; i++) lab.ask('www.p.test. A')
    assert.equal(readQueryLog(lab.queryLog).entries.length, 25)
  })

  it('tells of no more than so many a second', () => {
    const lab = labWith(1, 5)
    for (let i = 0; i < 50; i++) lab.ask('www.p.test. A')
    lab.wallMs += 1000
    for (let i = 0; i < 50; i++) lab.ask('www.p.test. A')
    assert.equal(readQueryLog(lab.queryLog).entries.length, 10)
  })

  it('loses what nobody reads, counts it, and goes on', () => {
    const lab = labWith(1, 1000)
    for (let i = 0; i < 300; i++) lab.ask('www.p.test. A')
    const { entries, lost } = readQueryLog(lab.queryLog)
    assert.deepEqual([entries.length, lost], [256, 44])
    lab.ask('www.p.test. A')
    assert.equal(readQueryLog(lab.queryLog).entries.length, 1)
  })

  it('is silent by default', () => {
    const lab = new Lab(ZONES)
    lab.ask('www.p.test. A')
    assert.deepEqual(readQueryLog(lab.queryLog).entries, [])
  })
})
