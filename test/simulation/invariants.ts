/** What must always hold of a node, whatever has happened. */
import assert from 'node:assert/strict'
import { FAMILIES, type Family } from '#base/address.ts'
import { ADDRESS_TYPE, plainName } from '#control/plan.ts'
import type { PoolState } from '#control/pool-state.ts'
import type { Selection } from '#steering/selection.ts'
import { dataToText } from '#wire/record-data.ts'
import { Rcode } from '#wire/types.ts'
import type { SimulatedNode } from './node.ts'

/** Fails with words that say which of the rules is broken, and where. */
export function checkInvariants(node: SimulatedNode, nowMs: number): void {
  for (const pool of node.judging.pools) {
    for (const family of pool.families) {
      const selection = pool.selection(family)
      assert.ok(selection !== undefined, `${pool.pool.name} ${family}: nothing is selected`)
      const where = `${pool.pool.name} ${family}`
      for (const { name } of pool.names) checkAnswer(node, `${plainName(name)}.`, family, selection, where)
      checkServed(node, pool, family, selection, where)
      checkTtl(node, pool, family, selection, nowMs, where)
    }
  }
}

/** Each answer is the selection, or what its pick allows: never half of two. */
function checkAnswer(
  node: SimulatedNode,
  owner: string,
  family: Family,
  selection: Selection,
  where: string,
): void {
  const { rcode, answer } = node.ask(owner, ADDRESS_TYPE[family])
  const texts = answer.map(({ type, data }) => dataToText(type, data))
  const selected = selection.addresses.map(({ text }) => text)
  if (selection.mode === 'servfail') {
    assert.equal(rcode, Rcode.SERVFAIL, where)
    return
  }
  assert.equal(rcode, Rcode.NOERROR, where)
  const { pick } = selection
  if (pick === undefined) {
    assert.deepEqual(texts, selected, `${where}: answered is what is selected`)
    return
  }
  assert.equal(new Set(texts).size, texts.length, `${where}: no address twice`)
  assert.ok(
    texts.every(text => selected.includes(text)),
    `${where}: ${texts} is part of ${selected}`,
  )
  if (pick.kind === 'rotate') assert.equal(texts.length, pick.answers, where)
  else assert.ok(texts.length >= pick.answers, where)
}

/** Nobody who is down is served while another is up, unless an operator says so; nobody drained while another can be served. */
function checkServed(
  node: SimulatedNode,
  pool: PoolState,
  family: Family,
  selection: Selection,
  where: string,
): void {
  const { pin, effectOn } = node.book.of({ zone: pool.zoneName, pool: pool.pool.name })
  if (pin !== undefined && pool.pool.endpoints.some(({ name }) => name === pin)) {
    assert.ok(selection.mode !== 'serving' || selection.endpoints.join() === pin, `${where}: the pin`)
    return
  }
  const families = pool.pool.families === 'together' ? FAMILIES : [family]
  const endpoints = pool.pool.endpoints.map(({ name, addresses, weight }) => {
    const effect = effectOn(name)
    const own = families.flatMap(one => {
      const of = addresses.filter(address => address.family === one)
      return of.length === 0 ? [] : [of]
    })
    const isUp = own.every(list =>
      list.some(address => node.judging.standingOf(pool, address).standing === 'up'),
    )
    return {
      name,
      effect,
      weight,
      has: addresses.some(one => one.family === family),
      isUp: own.length > 0 && isUp,
    }
  })
  const up = endpoints.filter(({ effect, isUp }) => effect === 'forced-up' || (effect === 'none' && isUp))
  const able = up.filter(({ weight }) => pool.pool.policy !== 'weighted' || weight > 0)
  for (const name of selection.endpoints) {
    const effect = effectOn(name)
    const served = pool.pool.endpoints.find(one => one.name === name)
    assert.ok(served !== undefined, `${where}: ${name} is an endpoint of the pool`)
    if (selection.mode === 'serving')
      assert.ok(effect !== 'drained' && effect !== 'forced-down', `${where}: ${name} is ${effect} and served`)
    if (effect === 'forced-up') continue
    const verdicts = selection.addresses
      .filter(address => served.addresses.some(({ text }) => text === address.text))
      .map(address => pool.stateOf(address)?.verdict ?? 'up')
    const isDown = verdicts.includes('down')
    const others = able.filter(one => one.has && one.name !== name)
    const enough = others.length > 0 && up.length >= pool.pool.minHealthy
    assert.ok(
      !isDown || !enough,
      `${where}: ${name} is down and served (${selection.mode}), while ${others.map(one => one.name)} is up`,
    )
    assert.ok(!isDown || selection.mode !== 'serving', `${where}: ${name} is down and in service`)
  }
}

function checkTtl(
  node: SimulatedNode,
  pool: PoolState,
  family: Family,
  selection: Selection,
  nowMs: number,
  where: string,
): void {
  for (const { name, ttlSeconds, ttlMinSeconds } of pool.names) {
    const { answer, authority } = node.ask(`${plainName(name)}.`, ADDRESS_TYPE[family])
    for (const { ttl } of answer) assert.ok(ttl >= ttlMinSeconds && ttl <= ttlSeconds, `${where}: TTL ${ttl}`)
    for (const { ttl } of authority) assert.ok(ttl <= ttlMinSeconds, `${where}: negative TTL ${ttl}`)
    if (selection.mode !== 'serving') continue
    const changes = selection.addresses.flatMap(address => pool.stateOf(address)?.earliestDownMs ?? [])
    const limitMs = Math.max(ttlMinSeconds * 1000, Math.min(...changes) - nowMs)
    for (const { ttl } of answer) assert.ok(ttl * 1000 <= limitMs, `${where}: TTL ${ttl} outlives the answer`)
  }
}
