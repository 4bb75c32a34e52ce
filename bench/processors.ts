/** The two processors that a measurement is spread over: one for the server, one for the load and everything else. */
import { readFileSync } from 'node:fs'

export interface Processors {
  readonly server: number
  readonly load: number
}

/** Throws where this process may use only one. */
export function chooseProcessors(): Processors {
  const [server, load] = allowedProcessors()
  if (server === undefined || load === undefined)
    throw new Error('the benchmark needs two processors: one for the server, one for the load')
  return { server, load }
}

/** Puts the command on one processor; it keeps its process id. */
export function pinned(processor: number, command: readonly string[]): string[] {
  return ['taskset', '-c', String(processor), ...command]
}

function allowedProcessors(): number[] {
  const list = /^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? ''
  return list.split(',').flatMap(range => {
    const [from = 0, to = from] = range.split('-').map(Number)
    return Array.from({ length: to - from + 1 }, (_, i) => from + i)
  })
}
