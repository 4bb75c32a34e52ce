import { readFileSync } from 'node:fs'

/** How many files and sockets this process may have open at once (RLIMIT_NOFILE; Node raises the soft limit to the hard one); undefined where there is no /proc to tell. */
export function openFilesLimit(): number | undefined {
  try {
    const [, soft] =
      /^Max open files +(\d+|unlimited)/m.exec(readFileSync('/proc/self/limits', 'latin1')) ?? []
    if (soft === undefined) return undefined
    return soft === 'unlimited' ? Number.POSITIVE_INFINITY : Number(soft)
  } catch {
    return undefined
  }
}
