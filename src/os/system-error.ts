/** What a call of libc failed with. */
import type { Libc } from './libc.ts'

/** What failed, as Node's own errors say it. */
export interface SystemError extends Error {
  /** `EADDRINUSE`, … */
  readonly code: string
  /** `bind`, `setsockopt`, … */
  readonly syscall: string
}

/** The error of the call just made in this thread. */
export function systemError(libc: Libc, syscall: string): SystemError {
  const code = libc.errorName(libc.errno())
  return Object.assign(new Error(`${syscall}: ${code}`), { code, syscall })
}
