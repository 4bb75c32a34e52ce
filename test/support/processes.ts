/** Processes by number, as /proc has them. */
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'

/** Whether it runs: one that has ended and that nobody has asked after does not. */
export function isRunning(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2))
  } catch {
    return false
  }
}

/** Those that run with this text among their arguments. */
export function runningWith(argument: string): number[] {
  const all = readdirSync('/proc').map(Number).filter(Number.isInteger)
  return all.filter(pid => isRunning(pid) && argumentsOf(pid).includes(argument))
}

/** Resolves once the condition holds: of other processes nobody tells. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await delay(5)
}

function argumentsOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
  } catch {
    return []
  }
}
