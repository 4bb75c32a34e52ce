import assert from 'node:assert/strict'
import { EventEmitter, once } from 'node:events'
import { describe, it } from 'node:test'
import { WatchedThread } from '#probe/watched-thread.ts'

const SCRIPT = new URL('./moody-worker.ts', import.meta.url)

/** A worker that does as it is told, and what it and its keeper have said. */
class Kept extends EventEmitter implements AsyncDisposable {
  readonly thread: WatchedThread
  orders: readonly string[] = []

  constructor(stallLimitMs: number) {
    super()
    this.thread = new WatchedThread({
      name: 'moody',
      script: SCRIPT,
      data: { greeting: 'hello' },
      stallLimitMs,
      onStart: post => {
        for (const order of this.orders) post(order)
      },
      onMessage: message => void this.emit('message', message),
      onRestart: why => void this.emit('restart', why),
    })
  }

  async heard(what: 'message' | 'restart'): Promise<unknown> {
    const [said] = await once(this, what)
    return said
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.thread.close()
  }
}

describe('a watched thread', () => {
  it('is started again when it dies, and told what the one before knew', async () => {
    await using kept = new Kept(10_000)
    assert.equal(await kept.heard('message'), 'hello')
    kept.orders = ['say again']
    const restart = kept.heard('restart')
    const greeting = kept.heard('message')
    kept.thread.post('die')
    assert.equal(await restart, 'its thread died: as told')
    assert.equal(await greeting, 'hello')
    assert.equal(await kept.heard('message'), 'again')
    assert.equal(kept.thread.restarts, 1)
  })

  it('is started again when it ends', async () => {
    await using kept = new Kept(10_000)
    await kept.heard('message')
    const restart = kept.heard('restart')
    const greeting = kept.heard('message')
    kept.thread.post('end')
    assert.equal(await restart, 'its thread has ended')
    assert.equal(await greeting, 'hello')
  })

  it('is replaced when it is silent, though it never ends by itself; its lag is shown meanwhile', async () => {
    await using kept = new Kept(300)
    await kept.heard('message')
    const restart = kept.heard('restart')
    const greeting = kept.heard('message')
    kept.thread.post('hang')
    assert.match(String(await restart), /^its thread has been silent for \d+ ms$/)
    assert.equal(await greeting, 'hello')
    assert.equal(kept.thread.restarts, 1)
  })

  it('closes while the thread hangs', async () => {
    const kept = new Kept(60_000)
    await kept.heard('message')
    kept.thread.post('hang')
    await kept.thread.close()
    assert.equal(kept.thread.restarts, 0)
  })

  it('is not started again after it has been closed', async () => {
    const kept = new Kept(10_000)
    kept.on('restart', () => assert.fail('started again'))
    await kept.heard('message')
    kept.thread.post('die')
    await kept.thread.close()
    assert.equal(kept.thread.restarts, 0)
  })
})
