/** An upgrade as docs/operations.md has it, node by node, while a resolver asks without a pause: no lookup may fail. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { ServerProcess } from '#test/server-process.ts'
import { SteadyQueries } from '#test/steady-queries.ts'
import { Unbound } from '#test/unbound.ts'
import { WebServer } from '#test/web-server.ts'

const PRIMARY = '127.0.0.1'
const BACKUP = '127.0.0.2'
const NAME = 'www.up.test'
/** As long as stub resolvers wait before they give up on a server (resolv.conf(5)). */
const STUB_PATIENCE_MS = 5000
/** Lookups with one node gone, so that the resolver has met its absence. */
const LOOKUPS = 200
const PATIENCE_MS = 30_000

function zone(port: number): string {
  return `zone: up.test
nameservers: { ns1: 127.0.0.1, ns2: 127.0.0.1 }
checks:
  web: { type: http, port: ${port}, path: /health, interval: 400ms, fast-interval: 100ms, timeout: 200ms, fall: 3, rise: 2 }
names:
  www: { failover: [${PRIMARY}, ${BACKUP}], check: web, ttl: 5s, ttl-min: 1s }
`
}

describe('an upgrade node by node', { timeout: 120_000 }, () => {
  it('fails no lookup, and a failover is not forgotten on the way', async () => {
    await using backup = await WebServer.start(BACKUP)
    await using primary = await WebServer.start(PRIMARY, backup.port)
    const zones = { 'up.test.yaml': zone(backup.port) }
    await using ns1 = await ServerProcess.start({ zones, settings: 'node: ns1\n' })
    await using ns2 = await ServerProcess.start({ zones, settings: 'node: ns2\n' })
    const nodes = [ns1, ns2]
    for (const node of nodes) {
      for (const endpoint of ['primary', 'backup'])
        await node.log(({ msg }) => msg.startsWith(`up.test/www/${endpoint} `) && msg.includes('-> up'))
    }
    await primary.stop()
    for (const node of nodes)
      await node.log(({ msg }) => msg.startsWith('up.test/www ') && msg.includes('-> backup'))
    await using resolver = await Unbound.start(
      'up.test',
      nodes.flatMap(node => node.dns),
    )
    await using queries = await SteadyQueries.start(resolver.address, NAME, STUB_PATIENCE_MS)
    await queries.until(BACKUP)

    for (const [node, other] of [
      [ns1, ns2],
      [ns2, ns1],
    ] as const) {
      await moreLookups(queries)
      node.kill('SIGTERM')
      assert.deepEqual(await node.exit, { code: 0, signal: null })
      await moreLookups(queries)
      assert.ok((await queriesTo(other)) > 0)
      await node.startAgain()
      await node.get('/readyz')
      await usedAgain(node)
    }
    await moreLookups(queries)
    assert.equal(queries.lost, 0)
    assert.deepEqual(queries.answers, [BACKUP])

    // That it was these two who answered: without them nobody does.
    for (const node of nodes) node.kill('SIGTERM')
    while (queries.lost === 0 && queries.answers.length === 1) await queries.next()
  })
})

/** Resolvers hold it against a node that it was away: one that loses the other before they have forgotten answers too late. */
async function usedAgain(node: ServerProcess): Promise<void> {
  const endMs = performance.now() + PATIENCE_MS
  while ((await queriesTo(node)) === 0) {
    assert.ok(performance.now() < endMs, 'the resolver does not come back')
    await delay(50)
  }
}

async function moreLookups(queries: SteadyQueries): Promise<void> {
  const wanted = queries.answered + LOOKUPS
  while (queries.answered < wanted && queries.lost === 0) await queries.next()
}

/** Since its start. */
async function queriesTo(node: ServerProcess): Promise<number> {
  const metrics = await node.get('/metrics')
  const counts = metrics.matchAll(/^understudy_queries_total\{.*\} (\d+)$/gm)
  return Array.from(counts, ([, count]) => Number(count)).reduce((sum, count) => sum + count, 0)
}
