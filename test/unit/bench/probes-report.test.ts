import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PROBE_KINDS } from '../../../bench/probe-kinds.ts'
import type { ProbeFigures } from '../../../bench/probes.ts'
import { probesPart } from '../../../bench/probes-report.ts'

const MACHINE = { date: '2026-01-02', processor: 'P', count: 2, kernel: 'K', node: '26', dnsperf: '2' }

function partWith(changes: Partial<ProbeFigures> = {}): string {
  const roundTrips = [
    { median: 0.1, p99: 1 },
    { median: 0.3, p99: 3 },
  ]
  const figures: ProbeFigures = {
    rounds: { rounds: 3, seconds: 2, warmUpSeconds: 8 },
    kinds: PROBE_KINDS.map(kind => ({ kind, cpuMicroseconds: [100, 200, 300], held: 6000 })),
    gdnsd: { version: '3.8', cpuMicroseconds: [90, 100, 110] },
    manyCores: { fresh: 0.3, kept: 0.12 },
    queries: { probed: roundTrips, quiet: roundTrips },
    ...changes,
  }
  return probesPart(figures, MACHINE)
}

test('only what gdnsd does too is set beside it', () => {
  const text = partWith()
  assert.match(text, /^\| `http` \| 200 \(100–300\) \| 2\.00 \| 6,000 \|$/m)
  assert.match(text, /^\| `http, kept` \| 200 \(100–300\) \| 2\.00 \| 6,000 \|$/m)
  assert.match(text, /^\| `tcp` \| 200 \(100–300\) \| – \| 6,000 \|$/m)
  assert.match(text, /^\| `https` \| 200 \(100–300\) \| – \| 6,000 \|$/m)
  assert.match(text, /^\| gdnsd 3\.8, `http_status` \| 100 \(90–110\) \|/m)
})

test('without gdnsd there is no row and no ratio, and it is said', () => {
  const text = partWith({ gdnsd: undefined })
  assert.match(text, /^\| `http` \| 200 \(100–300\) \| – \| 6,000 \|$/m)
  assert.match(text, /not measured: gdnsd\.$/m)
})

test('a promise is held up to its bound, and broken above it', () => {
  assert.equal(partWith().match(/\(held\)/g)?.length, 2)
  const text = partWith({ manyCores: { fresh: 0.31, kept: 0.121 } })
  assert.match(text, /0\.310 of a processor over fresh connections, promised are 0\.3 \(broken\)/)
  assert.match(text, /0\.121 of a processor over kept connections, promised are 0\.12 \(broken\)/)
})

test('round trips are medians of the rounds', () => {
  assert.match(partWith(), /^\| with probes \| 0\.200 \(0\.100–0\.300\) \| 2\.000 \(1\.000–3\.000\) \|$/m)
})
