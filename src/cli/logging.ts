/** Log lines: JSON for machines, readable on a terminal. Writing never blocks: a stuck reader must not delay a failover. */
import { isatty } from 'node:tty'
import pino from 'pino'
import pretty from 'pino-pretty'
import type { ServerSettings } from '#config/configuration.ts'

const STDOUT = 1

/** What may wait for a reader that does not read; the rest is thrown away. */
const MAX_WAITING_BYTES = 4 << 20

export interface Logger extends pino.Logger {
  /** Writes what is waiting, as far as that goes at once. */
  end(): void
}

export function createLogger({ node, logLevel, logFormat }: ServerSettings): Logger {
  const destination = pino.destination({ fd: STDOUT, sync: false, maxLength: MAX_WAITING_BYTES })
  // Nobody reads any more (EPIPE), or the disk is full: the server goes on without its log.
  destination.on('error', () => undefined)
  const readable = logFormat === 'pretty' || (logFormat === 'auto' && isatty(STDOUT))
  const stream = readable
    ? pretty({ destination, ignore: 'pid,hostname,node', translateTime: 'SYS:HH:MM:ss.l' })
    : destination
  const options = { level: logLevel, base: { node }, timestamp: pino.stdTimeFunctions.isoTime }
  return Object.assign(pino(options, stream), { end: () => flush(destination) })
}

function flush(destination: ReturnType<typeof pino.destination>): void {
  try {
    destination.flushSync()
  } catch {
    // What cannot be written now never will be.
  }
}
