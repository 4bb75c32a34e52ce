/** What a person calls a pool, and what is looked up for it. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { transitionQuery } from '#control/transition-query.ts'
import { World } from './world.ts'
import { TWO, zoneText } from './zones.ts'

const SLASHED = '0/25.2.0.192.in-addr.arpa'

describe('a name', () => {
  let world: World
  before(async () => {
    world = await World.begin({
      'a.test.yaml': zoneText({ zone: 'A.test', pools: { www: TWO, Mail: TWO } }),
      'b.test.yaml': zoneText({ zone: 'b.test', names: { '@': '{ pool: www }', api: '{ pool: www }' } }),
      'c.yaml': zoneText({ zone: SLASHED, checks: { web: '{ type: tcp, port: 80 }' }, pools: { ptr: TWO } }),
    })
  })
  after(() => world[Symbol.asyncDispose]())

  const resolved = (name: string): unknown => transitionQuery({ name, limit: 1 }, world.judging.pools).name

  it('is a zone, however written', () => {
    for (const name of ['a.test', 'A.TEST', 'a.test.']) assert.deepEqual(resolved(name), { zone: 'a.test' })
    assert.deepEqual(resolved(SLASHED), { zone: SLASHED })
    // The apex of b.test is a managed name too: the zone comes first.
    assert.deepEqual(resolved('b.test'), { zone: 'b.test' })
  })

  it('is a managed name, which stands for its pool', () => {
    assert.deepEqual(resolved('www.a.test'), { zone: 'a.test', pool: 'www' })
    assert.deepEqual(resolved('API.b.test.'), { zone: 'b.test', pool: 'www' })
  })

  it('is ZONE/POOL, taken apart from the right', () => {
    assert.deepEqual(resolved('a.test/www'), { zone: 'a.test', pool: 'www' })
    assert.deepEqual(resolved('a.test./www'), { zone: 'a.test', pool: 'www' })
    assert.deepEqual(resolved('a.test/mail'), { zone: 'a.test', pool: 'Mail' })
    assert.deepEqual(resolved(`${SLASHED}/ptr`), { zone: SLASHED, pool: 'ptr' })
  })

  it('is a pool where only one has that name', () => {
    assert.deepEqual(resolved('MAIL'), { zone: 'a.test', pool: 'Mail' })
    assert.deepEqual(resolved('www'), { zone: 'www' })
  })

  it('may be gone from the configuration: its history is still there', () => {
    assert.deepEqual(resolved('gone.test'), { zone: 'gone.test' })
    assert.deepEqual(resolved('gone.test/www'), { zone: 'gone.test', pool: 'www' })
    assert.deepEqual(resolved('a.test/gone'), { zone: 'a.test', pool: 'gone' })
    assert.deepEqual(resolved('/'), { zone: '', pool: '' })
    assert.deepEqual(resolved('.'), { zone: '.' })
  })

  it('is left out where none is asked for; the rest of the question stays', () => {
    assert.deepEqual(transitionQuery({ sinceMs: 5, limit: 7 }, world.judging.pools), { sinceMs: 5, limit: 7 })
    assert.deepEqual(transitionQuery({ sinceMs: 5, name: 'x', limit: 7 }, []), {
      sinceMs: 5,
      name: { zone: 'x' },
      limit: 7,
    })
  })
})
