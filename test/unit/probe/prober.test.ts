import assert from 'node:assert/strict'
import { EventEmitter, on } from 'node:events'
import { describe, it } from 'node:test'
import { systemClock } from '#base/clock.ts'
import { openFilesLimit } from '#os/open-files.ts'
import { type ProbeReport, type Prober, startProber } from '#probe/prober.ts'
import type { ProbeTarget } from '#probe/spec.ts'
import { RawServer } from '#test/raw-server.ts'
import { WebServer } from '#test/web-server.ts'
import { AMPLE_MS, httpSpec, targetOf, USER_AGENT } from './targets.ts'

const HANGING = 1000

/** Reports one after the other. */
class Reports extends EventEmitter {
  readonly #all = on(this, 'report')

  async next(matches: (report: ProbeReport) => boolean = () => true): Promise<ProbeReport> {
    for (;;) {
      const { value } = await this.#all.next()
      const [report] = value as [ProbeReport]
      if (matches(report)) return report
    }
  }
}

function start(targets: readonly ProbeTarget[]): { prober: Prober & AsyncDisposable; reports: Reports } {
  const reports = new Reports()
  const prober = startProber({
    targets,
    seed: 1,
    userAgent: USER_AGENT,
    onReport: report => void reports.emit('report', report),
    onRestart: why => assert.fail(why),
  })
  return {
    prober: Object.assign(Object.create(prober), { [Symbol.asyncDispose]: () => prober.close() }),
    reports,
  }
}

describe('the prober', () => {
  it('reports each probe, with its start by the clock of all threads', async () => {
    await using web = await WebServer.start('127.0.0.1')
    const target = targetOf(httpSpec(web.port))
    const [beforeMs, beforeWallMs] = [systemClock.monotonicMs(), systemClock.wallMs()]
    const { prober, reports } = start([target])
    await using _ = prober
    const { key, outcome, startedMs, endedWallMs } = await reports.next()
    assert.equal(key, target.key)
    assert.deepEqual([outcome.kind, outcome.reason, outcome.detail], ['pass', 'ok', 'status 200'])
    // The clocks of two threads agree to well within a millisecond.
    assert.ok(startedMs > beforeMs - 1 && startedMs + outcome.latencyMs < systemClock.monotonicMs() + 1)
    assert.ok(endedWallMs >= beforeWallMs)
    assert.ok(prober.lagMs >= 0)
    assert.equal(prober.restarts, 0)
  })

  it('takes other targets and paces while it runs', async () => {
    await using web = await WebServer.start('127.0.0.1')
    const first = targetOf(httpSpec(web.port), '127.0.0.1', { fastIntervalMs: 100 })
    const second = targetOf({ type: 'tcp', port: web.port }, '127.0.0.1', { fastIntervalMs: 100 })
    const { prober, reports } = start([first])
    await using _ = prober
    await reports.next()
    prober.setPace(first.key, 'fast')
    await reports.next(({ key }) => key === first.key)
    prober.setTargets([second])
    await reports.next(({ key }) => key === second.key)
    prober.setPace(second.key, 'fast')
    assert.equal((await reports.next()).key, second.key)
  })

  // Both ends of every connection are here.
  const hasFiles = (openFilesLimit() ?? 0) >= 4 * HANGING
  it('probes a thousand endpoints that hang beside one that does not', { skip: !hasFiles }, async () => {
    const all = Promise.withResolvers<void>()
    let asked = 0
    await using silent = await RawServer.start(
      socket =>
        void socket.once('data', () => {
          if (++asked === HANGING) all.resolve()
        }),
    )
    const timing = { intervalMs: 1000, timeoutMs: AMPLE_MS }
    const hanging = Array.from({ length: HANGING }, (_, i) =>
      targetOf(httpSpec(silent.port, { path: `/${i}` }), '127.0.0.1', timing),
    )
    const { prober, reports } = start(hanging)
    await using _ = prober
    await all.promise
    await using web = await WebServer.start('127.0.0.1')
    const answering = targetOf(httpSpec(web.port))
    prober.setTargets([...hanging, answering])
    assert.equal((await reports.next()).key, answering.key)
  })

  it('closes with probes running', async () => {
    const asked = Promise.withResolvers<void>()
    await using silent = await RawServer.start(socket => void socket.once('data', () => asked.resolve()))
    const { prober } = start([targetOf(httpSpec(silent.port))])
    await asked.promise
    await prober.close()
  })
})
