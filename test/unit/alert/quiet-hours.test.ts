/** Quiet hours by local clocks, over midnight and where clocks change. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type QuietHours, quietUntilMs } from '#alert/quiet-hours.ts'

const NIGHT: QuietHours = {
  fromMinutes: 22 * 60,
  toMinutes: 7 * 60,
  timeZone: 'Europe/Berlin',
  except: 'critical',
}
const NOON: QuietHours = { fromMinutes: 12 * 60, toMinutes: 13 * 60, timeZone: 'UTC', except: 'warning' }

const CASES: readonly (readonly [QuietHours, at: string, until: string | undefined])[] = [
  // In winter an hour ahead of UTC.
  [NIGHT, '2026-01-10T20:59:59Z', undefined],
  [NIGHT, '2026-01-10T21:00:00Z', '2026-01-11T06:00:00.000Z'],
  [NIGHT, '2026-01-11T05:59:59Z', '2026-01-11T06:00:00.000Z'],
  [NIGHT, '2026-01-11T06:00:00Z', undefined],
  // In the night of the change it is one hour shorter.
  [NIGHT, '2026-03-28T21:00:00Z', '2026-03-29T05:00:00.000Z'],
  [NIGHT, '2026-03-29T05:00:00Z', undefined],
  [NOON, '2026-01-10T11:59:59Z', undefined],
  [NOON, '2026-01-10T12:00:00Z', '2026-01-10T13:00:00.000Z'],
  [NOON, '2026-01-10T13:00:00Z', undefined],
  [{ ...NIGHT, timeZone: 'Pacific/Kiritimati' }, '2026-01-10T08:00:00Z', '2026-01-10T17:00:00.000Z'],
  [{ ...NIGHT, timeZone: 'Pacific/Pago_Pago' }, '2026-01-10T17:59:00Z', '2026-01-10T18:00:00.000Z'],
]

test('quiet hours', () => {
  for (const [quiet, at, until] of CASES) {
    const untilMs = quietUntilMs(quiet, 'info', Date.parse(at))
    assert.equal(untilMs === undefined ? undefined : new Date(untilMs).toISOString(), until, at)
  }
})

test('what is severe enough is told at any time', () => {
  const night = Date.parse('2026-01-10T23:00:00Z')
  assert.notEqual(quietUntilMs(NIGHT, 'warning', night), undefined)
  assert.equal(quietUntilMs(NIGHT, 'critical', night), undefined)
  assert.equal(quietUntilMs(NOON, 'warning', Date.parse('2026-01-10T12:30:00Z')), undefined)
})
