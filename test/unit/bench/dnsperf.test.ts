import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseReport } from '../../../bench/dnsperf.ts'

const REPORT = `Statistics:

  Queries sent:         125373
  Queries completed:    125371 (100.00%)
  Queries lost:         2 (0.00%)

  Response codes:       NOERROR 125370 (100.00%), SERVFAIL 1 (0.00%)
  Average packet size:  request 31, response 47
`

test('the figures are read from the end of the output', () => {
  const rcodes = new Map([
    ['NOERROR', 125370],
    ['SERVFAIL', 1],
  ])
  assert.deepEqual(parseReport(REPORT), { sent: 125373, completed: 125371, rcodes, reconnects: 0 })
})

test('by TCP it tells of connections that were closed', () => {
  const report = parseReport(`${REPORT}\nConnection Statistics:\n\n  Reconnections:        3\n`)
  assert.equal(report.reconnects, 3)
})

test('where nothing was answered there are no codes', () => {
  const report = parseReport(
    '  Queries sent:         5\n  Queries completed:    0 (0.00%)\n\n  Response codes:       \n',
  )
  assert.equal(report.rcodes.size, 0)
})

test('a report without them is an error that shows it', () => {
  assert.throws(() => parseReport('Error: socket'), /dnsperf reported nothing like .*\nError: socket/)
})
