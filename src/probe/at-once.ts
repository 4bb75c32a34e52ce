/** Left to what answers queries, and to the state. */
const RESERVED_FILES = 2048
const LEAST = 512
const MOST = 4096

/**
 * How many probes may run at once. Those that hang cost a socket and some memory until their time is over, and whatever waits for them to end is probed late: so many
 * as the process may open files for, and no more than memory should be spent on.
 *
 * @param openFiles the limit of the process; undefined if it is not known
 */
export function probesAtOnce(openFiles: number | undefined): number {
  return Math.min(MOST, Math.max(LEAST, (openFiles ?? 0) - RESERVED_FILES))
}
