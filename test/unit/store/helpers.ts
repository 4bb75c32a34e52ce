/** Values to store, and stores in folders of their own. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Address, type Family, parseAddress } from '#base/address.ts'
import type { StoredSelection, StoredTransition, StoredVerdict } from '#store/records.ts'
import { openStore, type Store } from '#store/store.ts'

export function address(text: string): Address {
  const parsed = parseAddress(text)
  if (parsed === undefined) throw new Error(`${text} is no address`)
  return parsed
}

export function verdict(key: string, fails = 0): StoredVerdict {
  const outcome = { kind: 'fail', reason: 'refused', detail: 'connection refused', latencyMs: 1.5 } as const
  return { key, health: { verdict: 'up', passes: 2, fails }, outcome, atMs: 1_795_000_000_000 }
}

export function selection(zone: string, endpoint: string, text: string): StoredSelection {
  const served = address(text)
  const family: Family = served.family
  return {
    zone,
    pool: 'www',
    family,
    selection: {
      mode: 'serving',
      endpoints: [endpoint],
      addresses: [served],
      reason: { kind: 'failover', cause: 'down', from: 'primary' },
    },
    sinceMs: 1_795_000_000_000,
  }
}

export function transition(zone: string, pool: string, atMs: number): StoredTransition {
  return {
    atMs,
    kind: 'selection',
    zone,
    pool,
    family: 'ipv4',
    from: 'primary',
    to: 'backup',
    why: 'primary is down',
    reason: { kind: 'failover', cause: 'down', from: 'primary' },
  }
}

/** A folder that is gone at the end of the scope. */
export function temporaryFolder(): { path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), 'understudy-test-'))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}

export interface Opened extends AsyncDisposable {
  readonly store: Store
  /** What was told, in order: messages of faults, `recovered`, `save again`. */
  readonly told: string[]
  /** Of each fault that was told, whether it lasts. */
  readonly lasting: boolean[]
}

/** A store that is closed at the end of the scope. */
export async function opened(path: string): Promise<Opened> {
  const told: string[] = []
  const lasting: boolean[] = []
  const store = await openStore({
    path,
    onFault: (message, lasts) => {
      told.push(message)
      lasting.push(lasts)
    },
    onRecovered: () => told.push('recovered'),
    onSaveAgain: () => told.push('save again'),
  })
  return { store, told, lasting, [Symbol.asyncDispose]: () => store.close() }
}
