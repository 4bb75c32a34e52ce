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
  /** Sent over so many connections, which stay open, instead of by UDP. */
  readonly tcpConnections?: number
  /** An option of EDNS that every query carries, as dnsperf wants it: `CODE:HEX`. Without one there is no EDNS. */
  readonly ednsOption?: string
}

export interface LoadReport {
  readonly sent: number
  readonly completed: number
  /** Responses by their code's name, as `NOERROR`. */
  readonly rcodes: ReadonlyMap<string, number>
  /** Connections that had to be opened again: 0 by UDP. */
  readonly reconnects: number
}

const GRACE_MS = 10_000

/** Sends queries for so long, at most 100 outstanding. Throws if dnsperf fails. */
export async function runDnsperf(load: Load): Promise<LoadReport> {
  const { port, queries, seconds, processor, tcpConnections, ednsOption } = load
  const target = ['-s', '127.0.0.1', '-p', String(port), '-d', queries, '-l', String(seconds), '-T', '1']
  const clients = tcpConnections === undefined ? ['-c', '1'] : ['-m', 'tcp', '-c', String(tcpConnections)]
  const edns = ednsOption === undefined ? [] : ['-E', ednsOption]
  const [program = '', ...args] = pinned(processor, ['dnsperf', ...target, ...clients, ...edns])
  const { stdout } = await promisify(execFile)(program, args, { timeout: seconds * 1000 + GRACE_MS })
  return parseReport(stdout)
}

/** Reads the statistics at the end of dnsperf's output. */
export function parseReport(text: string): LoadReport {
  const sent = figure(text, /Queries sent:\s+(\d+)/)
  const completed = figure(text, /Queries completed:\s+(\d+)/)
  const listed = /Response codes:(.*)/.exec(text)?.[1] ?? ''
  const rcodes = new Map(
    Array.from(listed.matchAll(/([A-Z]\w*) (\d+)/g), ([, name = '', count]) => [name, Number(count)]),
  )
  return { sent, completed, rcodes, reconnects: Number(/Reconnections:\s+(\d+)/.exec(text)?.[1] ?? 0) }
}

function figure(text: string, pattern: RegExp): number {
  const found = pattern.exec(text)?.[1]
  if (found === undefined) throw new Error(`dnsperf reported nothing like ${pattern}:\n${text}`)
  return Number(found)
}
