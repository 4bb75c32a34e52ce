/** What must always hold of a node, whatever has happened. */
import assert from 'node:assert/strict'
import type { ManagedName } from '#config/configuration.ts'
import { ANSWER_TYPE, plainName } from '#control/plan.ts'
import { answered, type PoolState } from '#control/pool-state.ts'
import type { AnswerKind, PoolEndpoint } from '#steering/pool.ts'
import type { Selection } from '#steering/selection.ts'
import { compareStandings, type Standing } from '#steering/standing.ts'
import type { Message } from '#wire/message.ts'
import { dataToText } from '#wire/record-data.ts'
import { Rcode } from '#wire/types.ts'
import type { SimulatedNode } from './node.ts'

/** Fails with words that say which of the rules is broken, and where. */
export function checkInvariants(node: SimulatedNode, nowMs: number): void {
  for (const pool of node.judging.pools) {
    for (const family of pool.kinds) {
      const selection = pool.selection(family)
      assert.ok(selection !== undefined, `${pool.pool.name} ${family}: nothing is selected`)
      const where = `${pool.pool.name} ${family}`
      for (const name of pool.names) {
        const message = node.ask(`${plainName(name.name)}.`, ANSWER_TYPE[family])
        checkAnswer(message, selection, where)
        checkTtl(message, name, pool, family, selection, nowMs, where)
      }
      checkServed(node, pool, family, selection, nowMs, where)
    }
  }
}

/** Each answer is the selection, or what its pick allows: never half of two. */
function checkAnswer({ rcode, answer }: Message, selection: Selection, where: string): void {
  const texts = answer.map(({ type, data }) => dataToText(type, data))
  const selected = [
    ...selection.addresses.map(({ text }) => text),
    ...(selection.hostnames ?? []).map(hostname => `${hostname}.`),
  ]
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
  family: AnswerKind,
  selection: Selection,
  nowMs: number,
  where: string,
): void {
  const { pin, effectOn } = node.book.of({ zone: pool.zoneName, pool: pool.pool.name })
  if (pin !== undefined && pool.pool.endpoints.some(({ name }) => name === pin)) {
    assert.ok(selection.mode !== 'serving' || selection.endpoints.join() === pin, `${where}: the pin`)
    return
  }
  const kinds = pool.pool.families === 'together' ? pool.kinds : [family]
  const endpoints = pool.pool.endpoints.map(endpoint => {
    const { name, weight } = endpoint
    const standings = kinds.flatMap(kind => standingIn(pool, endpoint, kind, nowMs) ?? [])
    return {
      name,
      effect: effectOn(name),
      weight,
      has: standingIn(pool, endpoint, family, nowMs) !== undefined,
      isUp: standings.length > 0 && standings.every(one => one === 'up'),
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
    const isDown = isServedDown(pool, served, family, selection)
    const others = able.filter(one => one.has && one.name !== name)
    const enough = others.length > 0 && up.length >= pool.pool.minHealthy
    assert.ok(
      !isDown || !enough,
      `${where}: ${name} is down and served (${selection.mode}), while ${others.map(one => one.name)} is up`,
    )
    assert.ok(!isDown || selection.mode !== 'serving', `${where}: ${name} is down and in service`)
  }
}

/** The best of its addresses, or how the pool that it is stands; undefined for what cannot be answered so. */
function standingIn(
  pool: PoolState,
  { addresses, pool: nested = '' }: PoolEndpoint,
  kind: AnswerKind,
  nowMs: number,
): Standing | undefined {
  const below = pool.nested.get(nested)
  if (below !== undefined) return below.standings[kind]?.standing
  const [best] = addresses
    .filter(({ family }) => kind === 'cname' || family === kind)
    .map(address => pool.standingOf(address, nowMs).standing)
    .sort(compareStandings)
  return best
}

function isServedDown(
  pool: PoolState,
  { addresses, pool: nested = '' }: PoolEndpoint,
  kind: AnswerKind,
  selection: Selection,
): boolean {
  const below = pool.nested.get(nested)
  if (below !== undefined) return below.standings[kind]?.standing === 'down'
  const now = new Set(answered(selection))
  const judged = addresses.filter(({ text }) => kind === 'cname' || now.has(text))
  return judged.some(address => pool.stateOf(address)?.verdict === 'down')
}

function checkTtl(
  { answer, authority }: Message,
  { ttlSeconds, ttlMinSeconds }: ManagedName,
  pool: PoolState,
  family: AnswerKind,
  selection: Selection,
  nowMs: number,
  where: string,
): void {
  for (const { ttl } of answer) assert.ok(ttl >= ttlMinSeconds && ttl <= ttlSeconds, `${where}: TTL ${ttl}`)
  for (const { ttl } of authority) assert.ok(ttl <= ttlMinSeconds, `${where}: negative TTL ${ttl}`)
  if (selection.mode !== 'serving') return
  const changes = pool.statesBehind(selection, family).flatMap(({ earliestDownMs }) => earliestDownMs ?? [])
  const limitMs = Math.max(ttlMinSeconds * 1000, Math.min(...changes) - nowMs)
  for (const { ttl } of answer) assert.ok(ttl * 1000 <= limitMs, `${where}: TTL ${ttl} outlives the answer`)
}
