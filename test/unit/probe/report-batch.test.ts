import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Outcome } from '#health/outcome.ts'
import type { ProbeReport } from '#probe/messages.ts'
import { ReportBatch } from '#probe/report-batch.ts'

function reportOf(key: string, kind: Outcome['kind']): ProbeReport {
  return { key, outcome: { kind, reason: '', detail: '', latencyMs: 1 }, startedMs: 0, endedWallMs: 0 }
}

describe('ReportBatch', () => {
  it('posts at once what did not pass, behind what waits', () => {
    const posted: string[] = []
    const batch = new ReportBatch(reports => void posted.push(reports.map(({ key }) => key).join(' ')))
    batch.add(reportOf('a', 'fail'))
    assert.deepEqual(posted, ['a'])
    batch.add(reportOf('b', 'pass'))
    batch.add(reportOf('c', 'pass'))
    assert.deepEqual(posted, ['a'])
    batch.add(reportOf('d', 'inconclusive'))
    assert.deepEqual(posted, ['a', 'b c d'])
  })

  it('posts passes together, soon', async () => {
    const posted = Promise.withResolvers<number>()
    const batch = new ReportBatch(reports => posted.resolve(reports.length))
    for (let i = 0; i < 3; i++) batch.add(reportOf(`${i}`, 'pass'))
    assert.equal(await posted.promise, 3)
  })
})
