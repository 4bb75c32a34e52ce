/** Which maintenance windows are open, whatever the wall clock does. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ConfiguredZone } from '#config/configuration.ts'
import { WindowWatch } from '#control/window-watch.ts'
import { World } from './world.ts'
import { zoneText } from './zones.ts'

const START_MS = Date.UTC(2026, 0, 1)
const HOUR_MS = 3_600_000

async function zonesWith(windows: string): Promise<readonly ConfiguredZone[]> {
  await using world = await World.begin({ 'a.test.yaml': `${zoneText()}maintenance:\n${windows}` })
  return world.configuration.zones
}

describe('the windows that are open', () => {
  it('are the same as of one who looks at each anew, however time goes', async () => {
    const zones = await zonesWith(`
  - { pool: www, endpoint: primary, every: [thu, fri], from: "02:00", for: 3h, reason: one }
  - { pool: www, endpoint: backup, every: [thu], from: "04:00", for: 30m, time-zone: Europe/Berlin, reason: two }
  - { pool: www, endpoint: [primary, backup], at: "2026-01-01 04:00", for: 10h, reason: three }
`)
    const watch = new WindowWatch()
    watch.adopt(zones, START_MS)
    const seen = new Set<string>()
    for (const hours of [0, 1.9, 2, 3, 3.5, 4, 5, 13.9, 14, 26, 28.9, 29, 170, 171, 3, 500, 2, 14, 13]) {
      const wallMs = START_MS + hours * HOUR_MS
      watch.look(wallMs)
      const anew = new WindowWatch()
      anew.adopt(zones, wallMs)
      assert.deepEqual(watch.open, anew.open, `${hours} h`)
      assert.equal(watch.nextMs, anew.nextMs, `${hours} h`)
      seen.add(watch.open.map(({ reason }) => reason).join(' '))
    }
    assert.deepEqual([...seen].sort(), ['', 'one', 'one three', 'one two', 'three'])
  })
})
