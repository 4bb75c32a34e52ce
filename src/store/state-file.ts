/** The database's file: opened, set aside when it is damaged, read as well as may be when it cannot be written. */
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import Sqlite, { type Database } from 'better-sqlite3'
import { makeFolder } from '#base/make-folder.ts'
import { migrate } from './migrations.ts'

/** A disk that damages every file must not be filled with them. */
const SET_ASIDE_KEPT = 5

/** Opens the database for writing, makes it where it is missing, and brings it to this version's shape. Throws. */
export function openForWriting(path: string): Database {
  makeFolder(dirname(path), 0o700)
  closeSync(openSync(path, 'a', 0o600))
  const database = new Sqlite(path, { timeout: 1000 })
  try {
    database.pragma('journal_mode = WAL')
    // Each commit reaches the disk before it is acknowledged, so that power loss takes back nothing that an operator was told is
    // done. That is one fsync per commit in a thread on which no answer waits: at most twenty a second.
    database.pragma('synchronous = FULL')
    migrate(database)
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

/** Reads from a copy of a database that cannot be written, so that what it holds is not lost to this start. Throws. */
export function readCopy<T>(path: string, read: (database: Database) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'understudy-'))
  try {
    const copy = join(folder, 'state.db')
    copyFileSync(path, copy)
    if (existsSync(`${path}-wal`)) copyFileSync(`${path}-wal`, `${copy}-wal`)
    const database = openForWriting(copy)
    try {
      return read(database)
    } finally {
      database.close()
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Whether the file is no database of ours, or no longer. */
export function isDamage(error: unknown): boolean {
  return error instanceof Sqlite.SqliteError && /^SQLITE_(NOTADB|CORRUPT|ERROR$)/.test(error.code)
}

/** Renames the database and what belongs to it, and returns the new path. Throws. */
export function setAside(path: string, nowMs: number): string {
  const prefix = `${path}.corrupt-`
  const aside = prefix + new Date(nowMs).toISOString().replaceAll(/[-:.]/g, '')
  renameSync(path, aside)
  for (const suffix of ['-wal', '-shm']) {
    if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix)
  }
  removeOldest(prefix)
  return aside
}

function removeOldest(prefix: string): void {
  const folder = dirname(prefix)
  const found = readdirSync(folder).filter(name => name.startsWith(basename(prefix)) && name.endsWith('Z'))
  for (const name of found.sort().slice(0, -SET_ASIDE_KEPT)) {
    for (const suffix of ['', '-wal', '-shm']) rmSync(join(folder, name + suffix), { force: true })
  }
}
