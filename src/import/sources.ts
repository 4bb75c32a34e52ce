/** All sources, by the word of the command line. */
import { SCRIPT } from './script.ts'
import type { ImportSource } from './source.ts'

export const SOURCES = {
  script: SCRIPT,
} as const satisfies Readonly<Record<string, ImportSource>>

export type SourceName = keyof typeof SOURCES
