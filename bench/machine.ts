/** What the figures were measured on. */
import { cpus, release, type } from 'node:os'
import { versionFrom } from './peers/peer.ts'

export interface Machine {
  readonly processor: string
  readonly count: number
  readonly kernel: string
  readonly node: string
  readonly dnsperf: string
  readonly date: string
}

export function describeMachine(): Machine {
  const [first] = cpus()
  return {
    processor: first?.model.trim() ?? 'unknown',
    count: cpus().length,
    kernel: `${type()} ${release()}`,
    node: process.versions.node,
    dnsperf: versionFrom('dnsperf', ['-h']) ?? 'unknown',
    date: new Date().toISOString().slice(0, 10),
  }
}
