/** What the server tells of itself in class CH, and how the other classes fare. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { RrClass } from '#wire/types.ts'
import { HEAD, Lab } from './lab.ts'

const ZONES = { 'p.test.': `${HEAD}www A 192.0.2.1\n` }
const lab = new Lab(ZONES, { policy: { id: 'ns1.example', version: 'understudy 1.2.3' } })
const CH = { class: RrClass.CH }

describe('class CH', () => {
  for (const name of ['id.server.', 'hostname.bind.', 'ID.Server.']) {
    it(`${name} is the node`, () => {
      assert.deepEqual(lab.transcript(`${name} TXT`, CH), ['NOERROR aa', `an ${name} TXT "ns1.example"`])
    })
  }

  for (const name of ['version.server.', 'version.bind.']) {
    it(`${name} is the version`, () => {
      assert.deepEqual(lab.transcript(`${name} TXT`, CH), ['NOERROR aa', `an ${name} TXT "understudy 1.2.3"`])
    })
  }

  it('has no other types there', () => {
    assert.deepEqual(lab.transcript('id.server. A', CH), ['NOERROR aa'])
  })

  it('has no other names, and none that the operator keeps back', () => {
    assert.deepEqual(lab.transcript('www.p.test. TXT', CH), ['REFUSED'])
    const quiet = new Lab(ZONES)
    for (const name of ['id.server.', 'hostname.bind.', 'version.server.', 'version.bind.'])
      assert.deepEqual(quiet.transcript(`${name} TXT`, CH), ['REFUSED'])
  })
})

describe('other classes', () => {
  it('are refused, and counted', () => {
    const counted = new Lab(ZONES)
    for (const rrClass of [RrClass.HS, RrClass.NONE, 999])
      assert.deepEqual(counted.transcript('www.p.test. A', { class: rrClass }), ['REFUSED'])
    assert.deepEqual(counted.counts.refused, [{ transport: 'udp', label: 'class', value: 3 }])
  })

  it('ANY is answered from class IN, never with authority (RFC 1035 §6.2)', () => {
    const all = { class: RrClass.ANY }
    assert.deepEqual(lab.transcript('www.p.test. A', all), ['NOERROR', 'an www.p.test. A 192.0.2.1'])
    assert.deepEqual(lab.transcript('none.p.test. A', all), [
      'NXDOMAIN',
      'au p.test. SOA ns.p.test. hostmaster.p.test. 1 2 3 4 5',
    ])
    assert.deepEqual(lab.transcript('elsewhere.example. A', all), ['REFUSED'])
  })
})

describe('names of no zone here', () => {
  it('are refused, and counted', () => {
    const counted = new Lab(ZONES)
    for (const owner of ['.', 'test.', 'xp.test.', 'www.example.'])
      assert.deepEqual(counted.transcript(`${owner} A`, { transport: 'tcp' }), ['REFUSED'])
    assert.deepEqual(counted.counts.refused, [{ transport: 'tcp', label: 'outside', value: 4 }])
  })
})

describe('types that are no data', () => {
  it('transfers are refused, and counted', () => {
    const counted = new Lab(ZONES)
    for (const type of ['AXFR', 'IXFR']) assert.deepEqual(counted.transcript(`p.test. ${type}`), ['REFUSED'])
    assert.deepEqual(counted.counts.refused, [{ transport: 'udp', label: 'type', value: 2 }])
  })

  it('all others are as any type that is not there', () => {
    const soa = 'au p.test. SOA ns.p.test. hostmaster.p.test. 1 2 3 4 5'
    for (const type of ['OPT', 'MAILB', 'MAILA', 'TSIG', 'TKEY', 'TYPE0']) {
      assert.deepEqual(lab.transcript(`p.test. ${type}`), ['NOERROR aa', soa])
      assert.deepEqual(lab.transcript(`none.p.test. ${type}`), ['NXDOMAIN aa', soa])
    }
  })
})
