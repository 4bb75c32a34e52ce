/** A command in a network of its own, with nothing but loopback, where this process may make one. */
import { execFileSync } from 'node:child_process'

const UNSHARE = ['unshare', ...(process.geteuid?.() === 0 ? [] : ['--map-root-user']), '--net', '--']

/**
 * The command that runs another one in a new network, in which a shell has run the set-up first; or why there is none.
 *
 * @param setup for sh; loopback is up already
 */
export function inOwnNetwork(
  setup: string,
  command: readonly string[],
): { readonly command: readonly string[] } | { readonly unavailable: string } {
  const script = `set -e; ip link set lo up; ${setup}`
  try {
    execFileSync('unshare', [...UNSHARE.slice(1), 'sh', '-c', script], { stdio: 'pipe' })
  } catch (error) {
    return { unavailable: `no network of one's own here: ${error instanceof Error ? error.message : error}` }
  }
  return { command: [...UNSHARE, 'sh', '-c', `${script}; exec "$0" "$@"`, ...command] }
}
