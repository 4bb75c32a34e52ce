/** Run as a process of its own by the tests: `child.ts WHAT PATH`. Says what it did on a line, or ends by a signal. */
import Database from 'better-sqlite3'
import type { Override } from '#steering/override.ts'
import { lockState } from '#store/lock.ts'
import { openStore } from '#store/store.ts'
import { selection, transition, verdict } from './helpers.ts'

const [what, path = '', given = ''] = process.argv.slice(2)

const deeds: Record<string, () => Promise<void>> = {
  /** Saves, and is killed while its own thread has never been free since. */
  async 'save-and-die'() {
    const store = await openStore({ path, onFault: say, onRecovered: () => undefined })
    store.saveVerdict(verdict('one', 1))
    // So that the batch is sent: from here on this thread is busy until it dies.
    await Promise.resolve()
    store.saveSelection(selection('a.example', 'backup', '192.0.2.2'))
    store.addTransition(transition('a.example', 'www', 1))
    await Promise.resolve()
    const reader = new Database(path, { readonly: true })
    const count = reader.prepare('SELECT count(*) FROM transitions').pluck()
    for (const end = Date.now() + 10_000; Date.now() < end; ) {
      if (count.get() === 1) process.kill(process.pid, 'SIGKILL')
    }
  },
  /** Replaces the override that is given, and dies as soon as it is told that this is stored. */
  async 'replace-and-die'() {
    const store = await openStore({ path, onFault: say, onRecovered: () => undefined })
    const override = JSON.parse(given) as Override
    await store.saveOverride(override)
    await store.saveOverride({ ...override, id: 'two' }, [override.id])
    process.kill(process.pid, 'SIGKILL')
  },
  /** Takes the lock and keeps it until it is killed. */
  async lock() {
    say(JSON.stringify(lockState(path)))
    setInterval(() => undefined, 60_000)
  },
  /** Writes until the disk refuses. */
  async fill() {
    const { promise: full, resolve } = Promise.withResolvers<string>()
    const store = await openStore({ path, onFault: resolve, onRecovered: () => undefined })
    store.saveSelection(selection('a.example', 'backup', '192.0.2.2'))
    await store.flush()
    for (let i = 0; i < 50; i++)
      store.addTransition({ ...transition('a.example', 'www', i), why: 'x'.repeat(10_000) })
    say(JSON.stringify({ fault: await full, history: (await store.transitions({ limit: 1 })).length }))
    await store.close()
  },
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}

await deeds[what ?? '']?.()
