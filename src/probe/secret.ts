/** Secrets of checks: specs hold only where they come from, so that they are in no state, log or API; each probe reads them anew. */
import { open } from 'node:fs/promises'
import type { SecretSource } from './spec.ts'

const MAX_BYTES = 4096

/** Why a secret could not be had; holds nothing of it. */
export class SecretError extends Error {}

/** Without the line end that a file ends with. Rejects with a `SecretError`. */
export async function readSecret(source: SecretSource): Promise<string> {
  if ('env' in source) {
    const value = process.env[source.env]
    if (value === undefined) throw new SecretError(`the variable ${source.env} is not set`)
    return value
  }
  try {
    await using file = await open(source.file)
    const { buffer, bytesRead } = await file.read(Buffer.alloc(MAX_BYTES + 1))
    if (bytesRead > MAX_BYTES) throw new SecretError(`${source.file} is longer than ${MAX_BYTES} bytes`)
    return buffer.toString('utf8', 0, bytesRead).replace(/\r?\n$/, '')
  } catch (error) {
    if (error instanceof SecretError) throw error
    const code = (error as { code?: unknown }).code
    throw new SecretError(`${source.file} cannot be read${typeof code === 'string' ? ` (${code})` : ''}`)
  }
}

/** What HTTP can carry as the value of a header. */
export function isHeaderValue(text: string): boolean {
  return /^[\t\x20-\x7e\x80-\xff]*$/.test(text)
}
