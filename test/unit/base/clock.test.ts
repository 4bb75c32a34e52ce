import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Worker } from 'node:worker_threads'
import { aheadMs, systemClock } from '#base/clock.ts'

describe('the system clock', () => {
  it('calls back when the time has come, not before', async () => {
    const atMs = systemClock.monotonicMs() + 20
    await new Promise<void>(resolve => void systemClock.at(atMs, resolve))
    // Timers of the platform may be early by part of a millisecond.
    assert.ok(systemClock.monotonicMs() >= atMs - 1)
  })

  it('calls back soon for what is past', async () => {
    await new Promise<void>(resolve => void systemClock.at(-1e15, resolve))
  })

  it('does not call back what was cancelled', async () => {
    const cancel = systemClock.at(systemClock.monotonicMs() + 5, () => assert.fail('cancelled'))
    cancel()
    await new Promise<void>(resolve => void systemClock.at(systemClock.monotonicMs() + 10, resolve))
  })

  it('can wait for longer than the platform, and that can be cancelled', () => {
    const cancel = systemClock.at(systemClock.monotonicMs() + 1e12, () => assert.fail('at once'))
    cancel()
  })

  it('has the same origin in every thread', async () => {
    const script = `
      import { parentPort } from 'node:worker_threads'
      import { aheadMs, systemClock } from '${new URL('../../../src/base/clock.ts', import.meta.url).href}'
      parentPort.postMessage(systemClock.monotonicMs())`
    const beforeMs = systemClock.monotonicMs()
    const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(script)}`))
    const { promise, resolve, reject } = Promise.withResolvers<number>()
    worker.on('message', resolve)
    worker.on('error', reject)
    const theirMs = await promise
    assert.ok(theirMs > beforeMs - 1 && theirMs < systemClock.monotonicMs() + 1)
  })
})

describe('how far one clock is ahead of another', () => {
  it('is told right also where the thread stands still between readings', () => {
    // In milliseconds, and where time passes for nobody to see: between the first readings a second.
    let nowMs = 0
    let readings = 0
    const read = (aheadBy: number) => (): number => {
      nowMs += ++readings < 10 ? 1000 : 0.001
      return nowMs + aheadBy
    }
    const ahead = aheadMs(read(5000), read(0))
    assert.ok(Math.abs(ahead - 5000) < 0.01, `${ahead}`)
  })
})
