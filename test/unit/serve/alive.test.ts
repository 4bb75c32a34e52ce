/** Whether threads answer is asked of the threads themselves. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { startListeners } from '#serve/listeners.ts'
import { ServingThread } from '#serve/serving-thread.ts'
import { DEFAULT_STREAM_LIMITS } from '#serve/stream-limits.ts'
import { answeringWith, socketAddr, unusable } from './answers.ts'

const LONG_MS = 10_000
const SHORT_MS = 50

describe('threads that answer', () => {
  for (const udp of ['auto', 'portable'] as const) {
    it(`are alive, are not while they die again and again, and are again: ${udp}`, async () => {
      const died = Promise.withResolvers<void>()
      const listeners = await startListeners({
        dns: [socketAddr('127.0.0.1:0')],
        udp,
        responders: 1,
        tcp: DEFAULT_STREAM_LIMITS,
        answering: answeringWith('192.0.2.1'),
        onRestart: () => died.resolve(),
      })
      try {
        assert.equal(await listeners.isAlive(LONG_MS), true)
        const published = listeners.publish(unusable())
        await died.promise
        assert.equal(await listeners.isAlive(SHORT_MS), false)
        await listeners.publish(answeringWith('192.0.2.2'))
        await published
        assert.equal(await listeners.isAlive(LONG_MS), true)
      } finally {
        await listeners.close()
      }
    })
  }

  it('are not alive when they hear nothing', async () => {
    const never = new Int32Array(new SharedArrayBuffer(4))
    const script = new URL('./deaf-worker.ts', import.meta.url)
    const options = { name: 'deaf', script, data: { never }, addresses: [], onRestart: assert.fail }
    const thread = await ServingThread.start(options, answeringWith('192.0.2.1'))
    try {
      assert.equal(await thread.isAlive(SHORT_MS), false)
    } finally {
      await thread.stop()
    }
  })
})
