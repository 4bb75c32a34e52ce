/** Log lines: JSON for machines, readable on a terminal. Writing never blocks: a stuck reader must not delay a failover. */
import { isatty } from 'node:tty'
import pino from 'pino'
import pretty from 'pino-pretty'
import type { ServerSettings } from '#config/configuration.ts'

const STDOUT = 1

export type LogSettings = Pick<ServerSettings, 'node' | 'logLevel' | 'logFormat'>

/** What may wait for a reader that does not read; the rest is thrown away. */
const MAX_WAITING_BYTES = 4 << 20

/** So long the end of the process waits for a reader to take the last lines. */
const END_LIMIT_MS = 300

export interface Logger extends pino.Logger {
  /** Ends the log: resolves when what was waiting is written, or cannot be. */
  end(): Promise<void>
}

/** @param fd where the lines go, standard output unless a test says otherwise */
export function createLogger({ node, logLevel, logFormat }: LogSettings, fd = STDOUT): Logger {
  const destination = pino.destination({ fd, sync: false, maxLength: MAX_WAITING_BYTES })
  const over = Promise.withResolvers<void>()
  destination.once('close', over.resolve)
  // Nobody reads any more (EPIPE), or the disk is full: the server goes on without its log.
  destination.on('error', () => over.resolve())
  const readable = logFormat === 'pretty' || (logFormat === 'auto' && isatty(fd))
  const stream = readable
    ? pretty({ destination, ignore: 'pid,hostname,node', translateTime: 'SYS:HH:MM:ss.l' })
    : destination
  const options = { level: logLevel, base: { node }, timestamp: pino.stdTimeFunctions.isoTime }
  const end = async (): Promise<void> => {
    stream.end()
    const timer = setTimeout(over.resolve, END_LIMIT_MS)
    await over.promise
    clearTimeout(timer)
    // Else pino would write the rest when the process exits, and wait for ever for a reader that has stopped reading.
    destination.destroy()
  }
  return Object.assign(pino(options, stream), { end })
}
