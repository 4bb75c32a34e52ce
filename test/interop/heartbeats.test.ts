/** An endpoint that reports in, by the clock of the real world: it reports, falls silent, reports again. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { setInterval } from 'node:timers/promises'
import { runUnderstudy } from '#test/child.ts'
import { digShort } from '#test/dig.ts'
import { ServerProcess } from '#test/server-process.ts'

const TOKEN = 'correct-horse-battery-staple'
const [PRIMARY, BACKUP] = ['127.0.0.1', '127.0.0.2'] as const
const NAME = 'www.beat.test'
const TIMEOUT = { timeout: 30_000 }
const EVERY_MS = 300

const ZONE = `zone: beat.test
nameservers: { ns1: 127.0.0.1 }
checks:
  beat: { type: heartbeat, interval: 1s, grace: 500ms, token: { file: secrets/token } }
names:
  www: { failover: [${PRIMARY}, ${BACKUP}], check: beat, ttl: 30s, ttl-min: 1s }
`

/** An endpoint that reports until it is stopped. */
class Reporter implements AsyncDisposable {
  readonly #stop = new AbortController()
  readonly #statuses = new Set<number>()
  readonly #running: Promise<void>

  constructor(url: string) {
    this.#running = this.#run(url)
  }

  async #run(url: string): Promise<void> {
    const headers = { authorization: `Bearer ${TOKEN}` }
    const { signal } = this.#stop
    try {
      for await (const _ of setInterval(EVERY_MS, undefined, { signal }))
        this.#statuses.add((await fetch(url, { method: 'POST', headers })).status)
    } catch (error) {
      if (!signal.aborted) throw error
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort()
    await this.#running
    assert.deepEqual([...this.#statuses], [204])
  }
}

it('the name leaves an endpoint that is silent, and comes back to it', TIMEOUT, async () => {
  await using server = await ServerProcess.start({
    zones: { 'secrets/token': TOKEN, 'beat.test.yaml': ZONE },
  })
  const dns = server.dns[0] ?? assert.fail()
  const url = (endpoint: string): string => `${server.adminUrl}/api/v1/heartbeats/beat.test/www/${endpoint}`
  const said = (start: string, from = 0): Promise<unknown> =>
    server.log(({ msg }) => msg.startsWith(start), from)
  await using _backup = new Reporter(url('backup'))
  const primary = new Reporter(url('primary'))
  await said(`beat.test/www/primary ${PRIMARY}: unknown -> up (reported)`)
  assert.deepEqual(await digShort(dns, NAME), [PRIMARY])
  await primary[Symbol.asyncDispose]()
  await said('beat.test/www A: primary -> backup (primary is down: no report for 1s')
  assert.deepEqual(await digShort(dns, NAME), [BACKUP])
  const { stdout } = await runUnderstudy(['status', '--server', server.adminUrl])
  assert.match(stdout, /heartbeat check beat/)
  assert.match(stdout, /primary +127\.0\.0\.1 +down +fail: no report for \S+, \d+ s ago/)
  assert.match(stdout, /backup +127\.0\.0\.2 +up +pass: reported, \d+ s ago/)
  await using _again = new Reporter(url('primary'))
  await said('beat.test/www A: backup -> primary')
  assert.deepEqual(await digShort(dns, NAME), [PRIMARY])
  assert.ok(!server.stdout.text.includes(TOKEN))
})
