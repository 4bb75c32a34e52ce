/** What is kept of a change, and the one line that the log gets. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { AuditTrail } from '#control/audit.ts'
import { openStore } from '#store/store.ts'
import { TempFolder } from '#test/temp-folder.ts'

const NOW = Date.parse('2026-11-25T12:00:00Z')
const nothing = (): void => undefined

describe('the audit trail', () => {
  it('keeps it and logs it, on one line whatever a client has sent, and not without end', async () => {
    await using folder = await TempFolder.open()
    const path = join(folder.path, 'state.db')
    const store = await openStore({ path, onFault: nothing, onRecovered: nothing })
    await using _ = { [Symbol.asyncDispose]: () => store.close() }
    const lines: string[] = []
    const log = { info: (_fields: object, line: string) => void lines.push(line) }
    const trail = new AuditTrail({ clock: { wallMs: () => NOW }, store, log })
    const entry = {
      action: 'override',
      target: 'www/a\nroot from ::1: override',
      actor: 'alice',
      client: '192.0.2.1',
      claim: 'mallory',
      reason: 'x'.repeat(5000),
      result: 'refused',
      detail: 'nothing is called \u001b[2J\u2028\u202ewww',
    } as const
    trail.add(entry)
    assert.deepEqual(lines, [
      'alice from 192.0.2.1: override www/a root from ::1: override: refused: nothing is called  [2J www',
    ])
    const [kept] = await trail.list({ limit: 10 })
    const reason = `${'x'.repeat(999)}…`
    assert.deepEqual(kept, { ...entry, reason, at: '2026-11-25T12:00:00.000Z' })
  })
})
