/** Where a secret comes from: `{ env: TOKEN }` or `{ file: /etc/understudy/token }`. */
import { existsSync } from 'node:fs'
import { z } from 'zod'
import type { SecretSource } from '#probe/spec.ts'
import { refine } from './values.ts'
import { show } from './words.ts'
import { isPlainMap } from './yaml-source.ts'

const FORM = 'write { env: NAME } or { file: /whole/path }'

/** A text, or the source of one: that must be there when the configuration is read; its value is read by each probe. */
export const textOrSecret: z.ZodType<string | SecretSource> = refine(
  z.unknown(),
  (written): { value: string | SecretSource } | { problem: string } => {
    if (typeof written === 'string') return { value: written }
    if (!isPlainMap(written)) return { problem: `${show(written)} is no text; ${FORM}` }
    const [[key = '', value] = [], ...others] = Object.entries(written)
    if (others.length > 0 || (key !== 'env' && key !== 'file') || typeof value !== 'string')
      return { problem: `is no source of a secret; ${FORM}` }
    if (key === 'env') {
      return process.env[value] === undefined
        ? { problem: `the variable ${show(value)} is not set` }
        : { value: { env: value } }
    }
    if (!value.startsWith('/')) return { problem: `${show(value)} is relative; write the whole path` }
    return existsSync(value)
      ? { value: { file: value } }
      : { problem: `there is no file ${show(value)}, or it may not be read` }
  },
)
