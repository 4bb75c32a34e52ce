/** One server for each state: a lock that the kernel gives back however the process ends. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import { makeFolder } from '#base/make-folder.ts'

/** A connection that nobody holds is collected, and its lock lost with it. */
const held = new Set<Database.Database>()

/**
 * Takes the lock on a state, which lies beside its database as `.lock`; the folder is made where it is missing. The lock
 * is an open transaction on an empty database: SQLite knows how to lock files on every system. If another has it,
 * the answer says who. Throws if the folder cannot be written.
 */
export function lockState(statePath: string): { release(): void } | { heldBy: string } {
  makeFolder(dirname(statePath), 0o700)
  const pidPath = `${statePath}.pid`
  const database = new Database(`${statePath}.lock`, { timeout: 0 })
  try {
    database.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    database.close()
    if (!isBusy(error)) throw error
    return { heldBy: holder(pidPath) }
  }
  held.add(database)
  notePid(pidPath)
  return {
    release() {
      if (!held.delete(database)) return
      rmSync(pidPath, { force: true })
      database.close()
    },
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')
}

function notePid(path: string): void {
  try {
    writeFileSync(path, `${process.pid}\n`, { mode: 0o600 })
  } catch {
    // It only helps people: a full disk is no reason to do without the lock.
  }
}

function holder(pidPath: string): string {
  try {
    const pid = readFileSync(pidPath, 'utf8').trim()
    return /^\d{1,10}$/.test(pid) ? `process ${pid}` : 'another process'
  } catch {
    return 'another process'
  }
}
