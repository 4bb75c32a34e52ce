/** Runs `dig` and reads what it prints. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { DnsAddress } from './server-process.ts'

const run = promisify(execFile)

export interface DigRecord {
  readonly owner: string
  /** Seconds. */
  readonly ttl: number
  readonly class: string
  readonly type: string
  readonly data: string
}

export interface DigAnswer {
  readonly status: string
  /** As in `qr aa rd`. */
  readonly flags: readonly string[]
  readonly question: string
  readonly answer: readonly DigRecord[]
  readonly authority: readonly DigRecord[]
  /** Without the OPT record. */
  readonly additional: readonly DigRecord[]
  /** Bytes that the server says it can take; undefined without EDNS. */
  readonly udpSize: number | undefined
  /** By which it came at last: `UDP` or `TCP`. */
  readonly transport: string
  /** All that was printed. */
  readonly text: string
}

/** Asks once, without retries. Rejects where dig gets no answer. */
export async function dig({ address, port }: DnsAddress, ...args: readonly string[]): Promise<DigAnswer> {
  return parseDig(await runDig({ address, port }, args))
}

/** The lines of `dig +short`. */
export async function digShort({ address, port }: DnsAddress, ...args: readonly string[]): Promise<string[]> {
  const text = await runDig({ address, port }, ['+short', ...args])
  return text.split('\n').filter(line => line !== '')
}

async function runDig({ address, port }: DnsAddress, args: readonly string[]): Promise<string> {
  // A .digrc of the person who runs the tests must not change them.
  const all = ['-r', `@${address}`, '-p', String(port), '+tries=1', '+time=5', ...args]
  const { stdout } = await run('dig', all, { timeout: 10_000 })
  return stdout
}

/** Reads the full output of one query. */
export function parseDig(text: string): DigAnswer {
  const flags = /;; flags: ([^;]*);/.exec(text)?.[1]?.trim() ?? ''
  const udpSize = /; EDNS:.* udp: (\d+)/.exec(text)?.[1]
  return {
    status: /status: (\w+)/.exec(text)?.[1] ?? '',
    flags: flags === '' ? [] : flags.split(' '),
    question: /;; QUESTION SECTION:\n;(.*)/.exec(text)?.[1]?.replace(/\s+/g, ' ') ?? '',
    answer: records(text, 'ANSWER'),
    authority: records(text, 'AUTHORITY'),
    additional: records(text, 'ADDITIONAL'),
    udpSize: udpSize === undefined ? undefined : Number(udpSize),
    transport: /;; SERVER: .*\((\w+)\)/.exec(text)?.[1] ?? '',
    text,
  }
}

function records(text: string, section: string): DigRecord[] {
  const body = new RegExp(`;; ${section} SECTION:\n((?:[^;\n].*\n)*)`).exec(text)?.[1] ?? ''
  return body
    .split('\n')
    .filter(line => line !== '')
    .map(line => {
      const [owner = '', ttl = '', rrClass = '', type = '', ...data] = line.split(/\s+/)
      return { owner, ttl: Number(ttl), class: rrClass, type, data: data.join(' ') }
    })
}
