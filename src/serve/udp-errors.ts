/** Errors of a UDP socket in use. */

/** What says that the socket itself is no good; all others (no memory, network down, a late ICMP message) pass. */
const FATAL: ReadonlySet<string> = new Set(['EBADF', 'ENOTSOCK', 'EINVAL', 'EFAULT', 'ENOSYS', 'EPERM'])

export function isFatal(code: string): boolean {
  return FATAL.has(code)
}
