/** All sources, by the word of the command line. */
import { GDNSD } from './gdnsd.ts'
import { SCRIPT } from './script.ts'
import type { ImportSource } from './source.ts'

export const SOURCES = {
  gdnsd: GDNSD,
  script: SCRIPT,
} as const satisfies Readonly<Record<string, ImportSource>>

export type SourceName = keyof typeof SOURCES
