/** Local times: what the clocks of every time zone show, held to Intl itself. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import fc from 'fast-check'
import { instantOf, isTimeZone } from '#steering/local-time.ts'
import { isOpen, nextChangeMs } from '#steering/maintenance.ts'
import { changesOfClocks, plainInstantOf, plainWindow } from './plain-windows.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
const ZONES = [...Intl.supportedValuesOf('timeZone'), 'UTC']

const year = fc.integer({ min: 1972, max: 2060 })

it('time zones are those that Intl knows', () => {
  assert.deepEqual(['UTC', 'Europe/Berlin', 'europe/berlin', 'Europe/Brelin', ''].map(isTimeZone), [
    true,
    true,
    true,
    false,
    false,
  ])
})

it('are those of Intl in every time zone, also while the clocks change', () => {
  let forwards = 0
  let backwards = 0
  for (const timeZone of ZONES) {
    const years = fc.sample(year, 2)
    for (const changeMs of years.flatMap(one => changesOfClocks(one, timeZone))) {
      const before = changeMs - instantOf(changeMs, timeZone)
      for (let minutes = -180; minutes <= 180; minutes += 15) {
        const localMs = changeMs + before + minutes * MINUTE_MS
        const expected = plainInstantOf(localMs, timeZone)
        assert.equal(instantOf(localMs, timeZone), expected, `${timeZone} ${new Date(localMs).toISOString()}`)
      }
      if (
        plainInstantOf(changeMs + DAY_MS, timeZone) - plainInstantOf(changeMs - DAY_MS, timeZone) <
        2 * DAY_MS
      )
        forwards++
      else backwards++
    }
  }
  assert.ok(forwards > 100 && backwards > 100, `${forwards}, ${backwards}`)
})

it('a weekly window opens and closes when the plain way of reckoning says', () => {
  const cases = fc.record({
    timeZone: fc.constantFrom(...ZONES),
    year,
    which: fc.nat(),
    aside: fc.integer({ min: -10 * DAY_MS, max: 10 * DAY_MS }),
    starts: fc.array(
      fc.record({ weekday: fc.integer({ min: 0, max: 6 }), minutes: fc.integer({ min: 0, max: 1439 }) }),
      { minLength: 1, maxLength: 3 },
    ),
    forMs: fc.integer({ min: 1, max: 168 }).map(hours => hours * HOUR_MS),
  })
  fc.assert(
    fc.property(cases, ({ timeZone, year, which, aside, starts, forMs }) => {
      const changes = changesOfClocks(year, timeZone)
      const wallMs = (changes[which % Math.max(changes.length, 1)] ?? Date.UTC(year, 5)) + aside
      const schedule = { kind: 'weekly', starts, forMs, timeZone } as const
      const window = { pool: 'www', endpoints: ['primary'], reason: '', schedule }
      assert.deepEqual(
        { isOpen: isOpen(window, wallMs), nextMs: nextChangeMs(window, wallMs) },
        plainWindow(schedule, wallMs),
      )
    }),
    { numRuns: 1000 },
  )
})

it('a thousand windows ask Intl some dozens of times, and no more the next time', t => {
  const asked = t.mock.method(Intl.DateTimeFormat.prototype, 'formatToParts')
  const wallMs = Date.UTC(2026, 9, 20)
  const look = (): void => {
    for (let minutes = 0; minutes < 1000; minutes++) {
      const starts = [{ weekday: minutes % 7, minutes }]
      const schedule = { kind: 'weekly', starts, forMs: HOUR_MS, timeZone: 'Europe/Berlin' } as const
      nextChangeMs({ pool: 'www', endpoints: ['primary'], reason: '', schedule }, wallMs)
    }
  }
  look()
  assert.ok(asked.mock.callCount() < 50, `${asked.mock.callCount()}`)
  asked.mock.resetCalls()
  look()
  assert.equal(asked.mock.callCount(), 0)
})
