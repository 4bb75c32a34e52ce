/** What must always hold of a node, whatever has happened. */
import assert from 'node:assert/strict'
import { type Address, FAMILIES } from '#base/address.ts'
import type { ManagedName } from '#config/configuration.ts'
import { keyOf } from '#control/called.ts'
import { familiesOfTarget, isProbed } from '#control/judged-target.ts'
import { ANSWER_TYPE, plainName, slotId } from '#control/plan.ts'
import { answered, type PoolState } from '#control/pool-state.ts'
import type { AnswerKind, PoolEndpoint } from '#steering/pool.ts'
import type { Selection } from '#steering/selection.ts'
import { compareStandings, type Standing } from '#steering/standing.ts'
import type { Message } from '#wire/message.ts'
import { dataToText } from '#wire/record-data.ts'
import { Rcode } from '#wire/types.ts'
import type { SimulatedNode } from './node.ts'
import type { SimulatedResolver } from './resolver.ts'
import { HOSTNAMES, WINDOW } from './zone.ts'

/**
 * Fails with words that say which of the rules is broken, and where.
 *
 * @param isAsked whether also for names of which nothing has been written since the last look
 */
export function checkPool(node: SimulatedNode, pool: PoolState, nowMs: number, isAsked: boolean): void {
  for (const family of pool.kinds) {
    const selection = pool.selection(family)
    const where = `${pool.pool.name} ${family}`
    assert.ok(selection !== undefined, `${where}: nothing is selected`)
    for (const name of pool.names) {
      if (!isAsked && !node.written.has(slotId(pool.zone.zone.origin, name, family))) continue
      const message = node.ask(`${plainName(name.name)}.`, ANSWER_TYPE[family])
      checkAnswer(message, selection, where)
      checkTtl(message, name, pool, family, selection, nowMs, where)
    }
    checkServed(node, pool, family, selection, nowMs, where)
  }
}

/** Each target is probed as fast as it says, or faster for a drill; and references as the fastest of those that they speak for. */
export function checkPaces(node: SimulatedNode): void {
  const { judging, paces } = node
  const isDrilling = node.drills.list.some(({ state }) => state === 'running')
  const fast = new Set<boolean>()
  for (const pool of judging.pools) {
    for (const { target, pace } of pool.states.flatMap(({ targets }) => targets)) {
      const told = paces.get(target.key) ?? 'normal'
      if (pace === 'fast') for (const one of familiesOfTarget(target)) fast.add(one === 'ipv6')
      if (!isProbed(target) || (isDrilling && told === 'fast')) continue
      assert.equal(told, pace, `${target.address}: the pace that was told`)
    }
  }
  for (const { key, address } of judging.targets) {
    if (!key.startsWith('reference-')) continue
    const expected = fast.has(address.includes(':')) ? 'fast' : 'normal'
    assert.equal(paces.get(key) ?? 'normal', expected, `the pace of the reference ${address}`)
  }
}

/** What is taken as failed is so by a drill that runs, and no drill leaves a pool without anything that is up. */
export function checkDrills(node: SimulatedNode, nowMs: number): void {
  const running = node.drills.list.filter(({ state }) => state === 'running')
  for (const pool of node.judging.pools) {
    const { effectOn } = node.book.of(keyOf(pool))
    const drill = running.find(one => one.pool === pool.pool.name)
    const drilled = pool.pool.endpoints.filter(({ name }) => effectOn(name) === 'drilled')
    for (const { name } of drilled)
      assert.ok(drill?.endpoints.includes(name), `${pool.pool.name}: ${name} is drilled by nobody`)
    for (const kind of drilled.length === 0 ? [] : pool.kinds) {
      const isUp = (one: PoolEndpoint): boolean => isUpIn(pool, one, kind, nowMs)
      const { mode, endpoints } = pool.selection(kind) ?? { mode: 'none', endpoints: [] }
      assert.ok(
        mode === 'serving' || !drilled.some(isUp),
        `${pool.pool.name} ${kind}: ${mode} while ${drilled.map(({ name }) => name)} is drilled, and up (${endpoints})`,
      )
    }
  }
}

/** The window is open by the clocks of its place. */
export function checkWindow(node: SimulatedNode, wallMs: number): void {
  const { pool, endpoint } = WINDOW
  const parts = CLOCK.formatToParts(wallMs)
  const said = (type: string): string => parts.find(one => one.type === type)?.value ?? ''
  const hour = Number(said('hour'))
  const isOpen = said('weekday') === 'Sun' && hour >= WINDOW.fromHour && hour < WINDOW.toHour
  const found = node.book.windowsOn({ zone: 'sim.test', pool }, endpoint).length > 0
  assert.equal(found, isOpen, `the window on ${pool}/${endpoint} at ${new Date(wallMs).toISOString()}`)
}

const CLOCK = new Intl.DateTimeFormat('en-GB', {
  timeZone: WINDOW.zone,
  weekday: 'short',
  hour: '2-digit',
  hour12: false,
})

/** What hostnames are resolved to is what resolvers have said, as far as it is good. */
export function checkHostnames(node: SimulatedNode, resolver: SimulatedResolver): void {
  for (const hostname of HOSTNAMES) {
    const known = node.hostnames.of(hostname).addresses.map(({ text }) => text)
    assert.deepEqual(known.sort(), resolver.knownOf(hostname).sort(), `${hostname}: its addresses`)
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
      isHeld: standingIn(pool, endpoint, family, nowMs) === 'held',
    }
  })
  const up = endpoints.filter(({ effect, isUp }) => effect === 'forced-up' || (effect === 'none' && isUp))
  const able = up.filter(({ weight }) => pool.pool.policy !== 'weighted' || weight > 0)
  for (const name of selection.endpoints) {
    const effect = effectOn(name)
    const served = pool.pool.endpoints.find(one => one.name === name)
    assert.ok(served !== undefined, `${where}: ${name} is an endpoint of the pool`)
    if (selection.mode === 'serving')
      assert.ok(effect === 'none' || effect === 'forced-up', `${where}: ${name} is ${effect} and served`)
    if (effect === 'forced-up') continue
    const isHeld = endpoints.some(one => one.name === name && one.isHeld)
    const forced = pool.pool.endpoints.filter(
      one => selection.endpoints.includes(one.name) && effectOn(one.name) === 'forced-up',
    )
    const isDown = effect === 'drilled' || isServedDown(pool, served, family, selection, forced)
    const others = able.filter(one => one.has && one.name !== name)
    const enough = others.length > 0 && up.length >= pool.pool.minHealthy
    assert.ok(
      !isHeld || !enough || selection.mode !== 'serving',
      `${where}: ${name} is held and served, while ${others.map(one => one.name)} is up`,
    )
    assert.ok(
      !isDown || !enough,
      `${where}: ${name} is down and served (${selection.mode}), while ${others.map(one => one.name)} is up`,
    )
    assert.ok(!isDown || selection.mode !== 'serving', `${where}: ${name} is down and in service`)
  }
}

/** The best of its addresses, or how the pool that it is stands; the worse of the families where clients resolve it. Undefined for what cannot be answered so. */
export function standingIn(
  pool: PoolState,
  { addresses, pool: nested = '' }: PoolEndpoint,
  kind: AnswerKind,
  nowMs: number,
): Standing | undefined {
  const below = pool.nested.get(nested)
  if (below !== undefined) return below.standings[kind]?.standing
  const bestOf = (family: AnswerKind): Standing[] =>
    addresses
      .filter(one => one.family === family)
      .map(address => pool.standingOf(address, nowMs).standing)
      .sort(compareStandings)
      .slice(0, 1)
  if (kind !== 'cname') return bestOf(kind)[0]
  const all = [...bestOf('ipv4'), ...bestOf('ipv6')]
  const known = all.filter(one => one !== 'unknown')
  return (known.length > 0 ? known : all).sort(compareStandings).at(-1)
}

function isUpIn(pool: PoolState, endpoint: PoolEndpoint, kind: AnswerKind, nowMs: number): boolean {
  return standingIn(pool, endpoint, kind, nowMs) === 'up'
}

/** @param forced endpoints whose addresses are answered whatever their verdict */
function isServedDown(
  pool: PoolState,
  { addresses, pool: nested = '' }: PoolEndpoint,
  kind: AnswerKind,
  selection: Selection,
  forced: readonly PoolEndpoint[],
): boolean {
  const below = pool.nested.get(nested)
  if (below !== undefined) return below.standings[kind]?.standing === 'down'
  const isDown = (address: Address): boolean => pool.stateOf(address)?.verdict === 'down'
  if (kind === 'cname')
    return FAMILIES.some(family => {
      const own = addresses.filter(one => one.family === family)
      return own.length > 0 && own.every(isDown)
    })
  const others = new Set(forced.flatMap(one => one.addresses.map(({ text }) => text)))
  const now = new Set(answered(selection).filter(text => !others.has(text)))
  return addresses.filter(({ text }) => now.has(text)).some(isDown)
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
