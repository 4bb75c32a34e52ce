import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseAddress } from '#base/address.ts'
import type { Clock } from '#base/clock.ts'
import { clientOf, OpenConnections, type StreamLimits } from '#serve/stream-limits.ts'

const LIMITS: StreamLimits = { idleMs: 1000, connections: 3, connectionsPerClient: 2 }

/** A clock that goes when it is told to. */
class ManualClock implements Clock {
  #nowMs = 0
  #calls: { atMs: number; call: () => void }[] = []

  monotonicMs(): number {
    return this.#nowMs
  }

  wallMs(): number {
    return this.#nowMs
  }

  at(atMs: number, call: () => void): () => void {
    const entry = { atMs, call }
    this.#calls.push(entry)
    return () => {
      this.#calls = this.#calls.filter(other => other !== entry)
    }
  }

  goTo(ms: number): void {
    this.#nowMs = ms
    const due = this.#calls.filter(({ atMs }) => atMs <= ms)
    this.#calls = this.#calls.filter(({ atMs }) => atMs > ms)
    for (const { call } of due) call()
  }

  get waiting(): number {
    return this.#calls.length
  }
}

function setUp() {
  const clock = new ManualClock()
  const open = new OpenConnections<{ destroy(): void }>(LIMITS, clock)
  const closed: string[] = []
  const connect = (name: string, client: string) => {
    const connection = { destroy: () => closed.push(name) }
    open.add(connection, client)
    return connection
  }
  return { clock, open, closed, connect }
}

describe('open connections', () => {
  it('are closed when they have been idle for the time', () => {
    const { clock, open, closed, connect } = setUp()
    const a = connect('a', 'x')
    clock.goTo(400)
    connect('b', 'y')
    clock.goTo(900)
    open.touch(a)
    clock.goTo(1399)
    assert.deepEqual(closed, [])
    clock.goTo(1400)
    assert.deepEqual(closed, ['b'])
    clock.goTo(1900)
    assert.deepEqual(closed, ['b', 'a'])
    assert.equal(clock.waiting, 0)
    connect('c', 'x')
    clock.goTo(2900)
    assert.deepEqual(closed, ['b', 'a', 'c'])
  })

  it('give way to a new one, the longest idle first', () => {
    const { open, closed, connect } = setUp()
    const a = connect('a', 'x')
    connect('b', 'y')
    connect('c', 'z')
    open.touch(a)
    connect('d', 'u')
    assert.deepEqual(closed, ['b'])
    connect('e', 'v')
    assert.deepEqual(closed, ['b', 'c'])
  })

  it('give way to one of the same client first', () => {
    const { closed, connect } = setUp()
    connect('a', 'x')
    connect('b', 'y')
    connect('c', 'y')
    connect('d', 'y')
    assert.deepEqual(closed, ['b'])
  })

  it('do not count when they have gone', () => {
    const { open, closed, connect } = setUp()
    const a = connect('a', 'x')
    const b = connect('b', 'x')
    open.remove(a)
    open.remove(b)
    open.remove(b)
    open.touch(b)
    for (const client of ['x', 'x', 'y']) connect('new', client)
    assert.deepEqual(closed, [])
  })

  it('are closed all together', () => {
    const { clock, open, closed, connect } = setUp()
    connect('a', 'x')
    connect('b', 'y')
    open.closeAll()
    assert.deepEqual(closed, ['a', 'b'])
    assert.equal(clock.waiting, 0)
  })
})

describe('a client', () => {
  const client = (text: string): string => clientOf(parseAddress(text)?.bytes ?? assert.fail())

  it('is an IPv4 address, or the /64 in which an IPv6 host has all addresses', () => {
    assert.notEqual(client('192.0.2.1'), client('192.0.2.2'))
    assert.equal(client('2001:db8:0:1::1'), client('2001:db8:0:1:ffff::2'))
    assert.notEqual(client('2001:db8:0:1::1'), client('2001:db8:0:2::1'))
  })
})
