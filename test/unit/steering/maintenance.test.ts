/** Maintenance windows: when they are open, by the clocks of their time zone. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { isOpen, type MaintenanceWindow, nextChangeMs, type WeeklyStart } from '#steering/maintenance.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const WEEK_MS = 7 * DAY_MS

function window(schedule: MaintenanceWindow['schedule']): MaintenanceWindow {
  return { pool: 'www', endpoints: ['primary'], reason: '', schedule }
}

function weekly(starts: readonly WeeklyStart[], forMs: number, timeZone = 'UTC'): MaintenanceWindow {
  return window({ kind: 'weekly', starts, forMs, timeZone })
}

/** The next changes from a time on, as RFC 3339 to the minute. */
function changes(one: MaintenanceWindow, from: string, count: number): string[] {
  const found: string[] = []
  let at: number | undefined = Date.parse(from)
  while (found.length < count) {
    at = nextChangeMs(one, at)
    if (at === undefined) break
    found.push(`${isOpen(one, at) ? '+' : '-'} ${new Date(at).toISOString().slice(0, 16)}`)
  }
  return found
}

describe('a window that comes once', () => {
  const once = window({ kind: 'once', fromMs: 1000, untilMs: 2000 })

  it('is open from its beginning on, and closed from its end on', () => {
    assert.deepEqual(
      [999, 1000, 1999, 2000].map(at => isOpen(once, at)),
      [false, true, true, false],
    )
  })

  it('changes twice', () => {
    assert.deepEqual(
      [0, 999, 1000, 1999, 2000].map(at => nextChangeMs(once, at)),
      [1000, 1000, 2000, 2000, undefined],
    )
  })
})

describe('a weekly window', () => {
  const sunday = { weekday: 0, minutes: 180 }

  it('is open at each of its starts', () => {
    assert.deepEqual(changes(weekly([sunday], 2 * HOUR_MS), '2026-11-25T00:00Z', 4), [
      '+ 2026-11-29T03:00',
      '- 2026-11-29T05:00',
      '+ 2026-12-06T03:00',
      '- 2026-12-06T05:00',
    ])
    const both = weekly([{ weekday: 3, minutes: 60 }, sunday], HOUR_MS)
    assert.deepEqual(changes(both, '2026-11-25T00:00Z', 4), [
      '+ 2026-11-25T01:00',
      '- 2026-11-25T02:00',
      '+ 2026-11-29T03:00',
      '- 2026-11-29T04:00',
    ])
  })

  it('goes by the clocks of its time zone, in summer and in winter', () => {
    const berlin = weekly([sunday], 2 * HOUR_MS, 'Europe/Berlin')
    assert.deepEqual(changes(berlin, '2026-10-18T00:00Z', 4), [
      '+ 2026-10-18T01:00',
      '- 2026-10-18T03:00',
      '+ 2026-10-25T02:00',
      '- 2026-10-25T04:00',
    ])
    const auckland = weekly([{ weekday: 1, minutes: 30 }], HOUR_MS, 'Pacific/Auckland')
    assert.deepEqual(changes(auckland, '2026-01-01T00:00Z', 1), ['+ 2026-01-04T11:30'])
    const honolulu = weekly([{ weekday: 0, minutes: 1380 }], HOUR_MS, 'Pacific/Honolulu')
    assert.deepEqual(changes(honolulu, '2026-01-01T00:00Z', 1), ['+ 2026-01-05T09:00'])
  })

  it('that begins while the clocks skip an hour begins an hour later by them', () => {
    // On 29 March 2026 the clocks of Berlin went from 02:00 to 03:00, at 01:00 UTC.
    const berlin = weekly([{ weekday: 0, minutes: 150 }], HOUR_MS, 'Europe/Berlin')
    assert.deepEqual(changes(berlin, '2026-03-28T00:00Z', 2), ['+ 2026-03-29T01:30', '- 2026-03-29T02:30'])
  })

  it('that begins at a time which comes twice begins the first time, once', () => {
    // On 25 October 2026 the clocks of Berlin showed 02:00 to 03:00 twice, from 00:00 to 02:00 UTC.
    const berlin = weekly([{ weekday: 0, minutes: 150 }], HOUR_MS, 'Europe/Berlin')
    assert.deepEqual(changes(berlin, '2026-10-24T00:00Z', 3), [
      '+ 2026-10-25T00:30',
      '- 2026-10-25T01:30',
      '+ 2026-11-01T01:30',
    ])
  })

  it('lasts as long as it says over a change of clocks', () => {
    const berlin = weekly([{ weekday: 6, minutes: 720 }], DAY_MS, 'Europe/Berlin')
    assert.deepEqual(changes(berlin, '2026-03-27T00:00Z', 2), ['+ 2026-03-28T11:00', '- 2026-03-29T11:00'])
  })

  it('that covers every day never changes', () => {
    const daily = Array.from({ length: 7 }, (_, weekday) => ({ weekday, minutes: 60 }))
    for (const [starts, forMs] of [
      [daily, DAY_MS],
      [[sunday], WEEK_MS],
    ] as const) {
      const always = weekly(starts, forMs)
      assert.equal(isOpen(always, Date.parse('2026-11-25T00:30Z')), true)
      assert.equal(nextChangeMs(always, Date.parse('2026-11-25T00:30Z')), undefined)
    }
  })

  it('has no gap in the one week in which the clocks close it', () => {
    const berlin = weekly([sunday], WEEK_MS - HOUR_MS, 'Europe/Berlin')
    assert.deepEqual(changes(berlin, '2026-03-16T00:00Z', 3), [
      '- 2026-03-22T01:00',
      '+ 2026-03-22T02:00',
      '- 2026-04-05T00:00',
    ])
  })
})

describe('any window', () => {
  const zone = fc.constantFrom(
    'UTC',
    'Europe/Berlin',
    'America/New_York',
    'Australia/Lord_Howe',
    'Asia/Kathmandu',
    'Africa/Casablanca',
    'Pacific/Apia',
    'America/Sao_Paulo',
  )
  const instant = fc.integer({ min: Date.UTC(2005, 0), max: Date.UTC(2037, 0) })
  const start = fc.record({
    weekday: fc.integer({ min: 0, max: 6 }),
    minutes: fc.integer({ min: 0, max: 1439 }),
  })
  const anyWeekly = fc
    .tuple(fc.array(start, { minLength: 1, maxLength: 3 }), fc.integer({ min: 1, max: 168 }), zone)
    .map(([starts, hours, timeZone]) => weekly(starts, hours * HOUR_MS, timeZone))

  it('is as it is now until its next change, and otherwise from then on', () => {
    fc.assert(
      fc.property(anyWeekly, instant, fc.double({ min: 0, max: 1, noNaN: true }), (one, at, part) => {
        const open = isOpen(one, at)
        const next = nextChangeMs(one, at)
        const until = next ?? at + 2 * WEEK_MS
        assert.ok(until > at)
        assert.equal(isOpen(one, Math.floor(at + (until - 1 - at) * part)), open)
        if (next !== undefined) assert.equal(isOpen(one, next), !open)
      }),
      { numRuns: 400 },
    )
  })
})
