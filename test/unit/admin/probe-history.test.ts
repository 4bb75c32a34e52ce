/** What is asked of the history of probes, and what is refused. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { HISTORY, started, world } from './helpers.ts'

it('a page of the history of probes: the fields are checked, a refusal and a fault told', async () => {
  await using server = await started(world())
  const path = '/api/v1/probe-history'
  const { status, body } = await server.ask(`${path}?check=web&since=2026-01-31T12:00:00Z&after=a:1&limit=7`)
  const { next, ...page } = JSON.parse(body) as { readonly next: string }
  assert.deepEqual([status, page], [200, HISTORY])
  assert.deepEqual(JSON.parse(next), {
    check: 'web',
    sinceMs: Date.UTC(2026, 0, 31, 12),
    after: 'a:1',
    limit: 7,
  })
  for (const [query, expected] of [
    ['', /^400 query\.check: /],
    ['?check=web&limit=0', /^400 query\.limit: no number from 1 to 5000/],
    ['?check=web&limit=5001', /^400 query\.limit: no number from 1 to 5000/],
    ['?check=web&since=then', /^400 query\.since: neither/],
    ['?check=web&until=now', /^400 query\.until: there is no such field/],
    ['?check=wep', /^404 no pool has a check wep/],
  ] as const) {
    const answer = await server.ask(path + query)
    assert.match(`${answer.status} ${JSON.parse(answer.body).detail}`, expected)
  }
  await using broken = await started(world({}, [], new Error('the disk is gone')))
  const answer = await broken.ask(`${path}?check=web`)
  assert.match(
    `${answer.status} ${JSON.parse(answer.body).detail}`,
    /^503 the history of probes cannot be read: the disk is gone/,
  )
})
