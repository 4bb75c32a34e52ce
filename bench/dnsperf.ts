/** Load by dnsperf, and what it reports. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { pinned } from './processors.ts'

export interface Load {
  readonly port: number
  /** Path of the file with the queries. */
  readonly queries: string
  readonly seconds: number
  readonly processor: number
}

export interface LoadReport {
  readonly sent: number
  readonly completed: number
  readonly noError: number
}

const GRACE_MS = 10_000

/** Sends queries by UDP for so long, at most 100 outstanding. Throws if dnsperf fails. */
export async function runDnsperf({ port, queries, seconds, processor }: Load): Promise<LoadReport> {
  const args = [
    '-s',
    '127.0.0.1',
    '-p',
    String(port),
    '-d',
    queries,
    '-l',
    String(seconds),
    '-T',
    '1',
    '-c',
    '1',
  ]
  const [program = '', ...rest] = pinned(processor, ['dnsperf', ...args])
  const { stdout } = await promisify(execFile)(program, rest, { timeout: seconds * 1000 + GRACE_MS })
  return parseReport(stdout)
}

/** Reads the statistics at the end of dnsperf's output. */
export function parseReport(text: string): LoadReport {
  return {
    sent: figure(text, /Queries sent:\s+(\d+)/),
    completed: figure(text, /Queries completed:\s+(\d+)/),
    noError: figure(text, /NOERROR (\d+)/),
  }
}

function figure(text: string, pattern: RegExp): number {
  const found = pattern.exec(text)?.[1]
  if (found === undefined) throw new Error(`dnsperf reported nothing like ${pattern}:\n${text}`)
  return Number(found)
}
