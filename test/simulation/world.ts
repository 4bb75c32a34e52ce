/** All that is around the node: servers, its own network, who reports in, and who resolves names. */
import type { Random } from '#base/random.ts'
import type { Report } from '#control/heartbeats.ts'
import type { Outcome } from '#health/outcome.ts'
import { type Finding, fail, inconclusive, invert, pass } from '#probe/finding.ts'
import type { ProbeTarget } from '#probe/spec.ts'
import type { VirtualClock } from '#test/virtual-clock.ts'
import { SimulatedServer } from './endpoints.ts'
import { SimulatedResolver } from './resolver.ts'
import { ADDRESSES, BEAT_MS, HOSTNAMES } from './zone.ts'

/** `cut-off` from everything, or from IPv6 alone; out of file descriptors. */
export type HostMode = 'fine' | 'cut-off' | 'no-ipv6' | 'local-fault'
const HOST_MODES = ['cut-off', 'no-ipv6', 'local-fault'] as const

export interface WorldOptions {
  readonly clock: VirtualClock
  /** Of the parts of this world; each is given another place. */
  readonly seedOf: (place: number) => number
  /** Servers that never fail, and names that never change. */
  readonly steady: ReadonlySet<string>
  /** A server reports in. */
  readonly onReport: (address: string, report: Report) => void
}

export class SimulatedWorld {
  readonly servers: readonly SimulatedServer[]
  readonly resolver: SimulatedResolver
  host: HostMode = 'fine'
  /** For how long the process has stood still. */
  stalledMs = 0
  readonly #options: WorldOptions

  constructor(options: WorldOptions) {
    const { steady, seedOf } = options
    this.#options = options
    this.servers = ADDRESSES.map(
      (address, i) => new SimulatedServer(address, steady.has(address) ? undefined : seedOf(10 + 2 * i)),
    )
    this.resolver = new SimulatedResolver(HOSTNAMES, (hostname, i) =>
      steady.has(hostname) ? undefined : seedOf(50 + i),
    )
    for (const [i, server] of this.servers.entries()) this.#report(server, (i + 1) * 60_000)
  }

  /** What a probe sees that starts now. */
  async probe({ address, timing, spec }: ProbeTarget): Promise<Outcome> {
    const { clock } = this.#options
    const server = this.serverAt(address)
    server?.live(clock.monotonicMs())
    const { seen, tookMs } = !this.reaches(address)
      ? { seen: NO_ANSWER, tookMs: timing.timeoutMs }
      : this.host === 'local-fault'
        ? { seen: NO_DESCRIPTORS, tookMs: 1 }
        : (server?.probe(timing.timeoutMs) ?? { seen: REACHED, tookMs: 5 })
    await clock.wait(tookMs)
    return { ...(spec.inverted === true ? invert(seen) : seen), latencyMs: tookMs }
  }

  reaches(address: string): boolean {
    return this.host !== 'cut-off' && (this.host !== 'no-ipv6' || !address.includes(':'))
  }

  serverAt(address: string): SimulatedServer | undefined {
    return this.servers.find(one => one.address === address)
  }

  /** Something befalls the host, or is over; gives what was before where that is another. */
  changeHost(random: Random): HostMode | undefined {
    const before = this.host
    const mark = random()
    const fault = HOST_MODES[Math.floor(random() * HOST_MODES.length)] ?? 'cut-off'
    this.host = before !== 'fine' || mark < 0.4 ? 'fine' : fault
    return this.host === before ? undefined : before
  }

  /** Each server for itself, a little more often than it has to. */
  #report(server: SimulatedServer, atMs: number): void {
    const { clock, onReport } = this.#options
    clock.at(atMs, () => {
      const nowMs = clock.monotonicMs()
      server.live(nowMs)
      const report = server.report()
      if (report !== undefined && this.reaches(server.address)) onReport(server.address, report)
      this.#report(server, nowMs + BEAT_MS * 0.85)
    })
  }
}

const NO_ANSWER: Finding = fail('timeout', 'no answer')
const NO_DESCRIPTORS: Finding = inconclusive('no-descriptors', 'no descriptors left')
const REACHED: Finding = pass('connected')
