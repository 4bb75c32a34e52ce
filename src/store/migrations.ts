/** The shape of the database. `user_version` counts the steps done; a step that has been released is never changed. */
import type { Database } from 'better-sqlite3'

const MIGRATIONS: readonly string[] = [
  `CREATE TABLE verdicts (
     key TEXT PRIMARY KEY,
     health TEXT NOT NULL,
     outcome TEXT,
     at_ms INTEGER NOT NULL,
     saved_ms INTEGER NOT NULL
   ) STRICT;
   CREATE TABLE selections (
     zone TEXT NOT NULL,
     pool TEXT NOT NULL,
     family TEXT NOT NULL,
     selection TEXT NOT NULL,
     since_ms INTEGER NOT NULL,
     hold_until_ms INTEGER,
     PRIMARY KEY (zone, pool, family)
   ) STRICT;
   CREATE TABLE transitions (
     id INTEGER PRIMARY KEY,
     at_ms INTEGER NOT NULL,
     kind TEXT NOT NULL,
     zone TEXT NOT NULL,
     pool TEXT NOT NULL,
     family TEXT NOT NULL,
     endpoint TEXT,
     address TEXT,
     from_state TEXT NOT NULL,
     to_state TEXT NOT NULL,
     why TEXT NOT NULL,
     reason TEXT NOT NULL
   ) STRICT;
   CREATE INDEX transitions_by_pool ON transitions (zone, pool);`,
  `CREATE TABLE overrides (
     id TEXT PRIMARY KEY,
     kind TEXT NOT NULL,
     zone TEXT NOT NULL,
     pool TEXT NOT NULL,
     endpoint TEXT NOT NULL,
     reason TEXT NOT NULL,
     author TEXT NOT NULL,
     created_ms INTEGER NOT NULL,
     expires_ms INTEGER NOT NULL
   ) STRICT;`,
  `CREATE TABLE hostnames (
     hostname TEXT PRIMARY KEY,
     addresses TEXT NOT NULL,
     at_ms INTEGER NOT NULL
   ) STRICT;`,
  `CREATE TABLE audit (
     id INTEGER PRIMARY KEY,
     at_ms INTEGER NOT NULL,
     action TEXT NOT NULL,
     target TEXT NOT NULL,
     actor TEXT NOT NULL,
     client TEXT NOT NULL,
     claim TEXT,
     reason TEXT NOT NULL,
     result TEXT NOT NULL,
     detail TEXT NOT NULL
   ) STRICT;`,
  `CREATE TABLE probe_targets (
     id INTEGER PRIMARY KEY,
     key TEXT NOT NULL UNIQUE
   ) STRICT;
   CREATE TABLE probe_runs (
     id INTEGER PRIMARY KEY,
     target INTEGER NOT NULL,
     first_ms INTEGER NOT NULL,
     span_ms INTEGER NOT NULL,
     count INTEGER NOT NULL,
     seen INTEGER NOT NULL,
     fresh INTEGER NOT NULL,
     reason TEXT NOT NULL,
     min_us INTEGER NOT NULL,
     mean_us INTEGER NOT NULL,
     max_us INTEGER NOT NULL
   ) STRICT;
   CREATE INDEX probe_runs_by_target ON probe_runs (target);`,
  `CREATE TABLE alerts (
     seq INTEGER PRIMARY KEY,
     record TEXT NOT NULL
   ) STRICT;`,
]

/** The version that `migrate` leads to. */
const SCHEMA_VERSION = MIGRATIONS.length

/** Brings the database to this version, all or nothing. Throws if it was written by a newer one. */
export function migrate(database: Database): void {
  database
    .transaction(() => {
      const version = database.pragma('user_version', { simple: true }) as number
      if (version > SCHEMA_VERSION) {
        throw new Error(
          `written by a newer Understudy (version ${version}, this one knows ${SCHEMA_VERSION})`,
        )
      }
      if (version === SCHEMA_VERSION) return
      for (const step of MIGRATIONS.slice(version)) database.exec(step)
      database.pragma(`user_version = ${SCHEMA_VERSION}`)
    })
    .immediate()
}
