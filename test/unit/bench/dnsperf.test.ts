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
  assert.deepEqual(parseReport(REPORT), { sent: 125373, completed: 125371, noError: 125370 })
})

test('a report without them is an error that shows it', () => {
  assert.throws(() => parseReport('Error: socket'), /dnsperf reported nothing like .*\nError: socket/)
})
