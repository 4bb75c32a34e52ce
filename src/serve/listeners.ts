/** Everything that DNS is answered by, started and ended together. */
import { availableParallelism } from 'node:os'
import type { Counters } from '#answer/counters.ts'
import type { SocketAddr } from '#base/address.ts'
import { BatchUnavailable, startBatchListener } from './batch-listener.ts'
import { errorCode } from './bind-error.ts'
import type { Listener, ListenOptions, UdpListener } from './listener.ts'
import type { Answering } from './messages.ts'
import { startPortableListener } from './portable-listener.ts'
import type { StreamLimits } from './stream-limits.ts'
import { startStreamListener } from './stream-listener.ts'

export interface ListenersOptions {
  /** Port 0 lets the system choose one, the same for TCP and UDP. */
  readonly dns: readonly SocketAddr[]
  /** `auto`: in batches where this machine can do that. */
  readonly udp: 'auto' | 'batch' | 'portable'
  /** Threads that answer UDP in batches. */
  readonly responders: number
  readonly tcp: StreamLimits
  readonly answering: Answering
  /** A thread has died and is started again. */
  onRestart(what: string, why: string): void
}

export interface Listeners extends Listener {
  readonly udpKind: 'batch' | 'portable'
  /** How UDP is answered and why so, for the log. */
  readonly udpWhy: string
  socketDrops(): number
}

/** How often another port is tried where the system's choice for TCP is taken for UDP. */
const PORT_ATTEMPTS = 10
const MAX_RESPONDERS = 8

/** One processor is left to everything else. */
export function defaultResponders(): number {
  return Math.max(1, Math.min(MAX_RESPONDERS, availableParallelism() - 1))
}

/** Throws an error in words for a person: an address in use, not permitted or not of this host, or no batches where they are insisted on. */
export async function startListeners(options: ListenersOptions): Promise<Listeners> {
  for (let attempt = 1; ; attempt++) {
    const { dns: addresses, answering, tcp: limits, onRestart } = options
    // TCP first: it shares its port with nobody, and so a second server on it is noticed.
    const stream = await startStreamListener({
      addresses,
      answering,
      onRestart,
      limits,
    })
    try {
      const { udp, why } = await startUdp(options, stream.bound)
      return join(stream, udp, why)
    } catch (error) {
      await stream.close()
      const chosenBySystem = addresses.some(({ port }) => port === 0)
      if (!chosenBySystem || errorCode(error) !== 'EADDRINUSE' || attempt === PORT_ATTEMPTS) throw error
    }
  }
}

interface StartedUdp {
  readonly udp: UdpListener
  readonly why: string
}

async function startUdp(options: ListenersOptions, addresses: readonly SocketAddr[]): Promise<StartedUdp> {
  const { udp: wanted, responders, answering, onRestart } = options
  const common: ListenOptions = { addresses, answering, onRestart }
  if (wanted === 'portable')
    return { udp: await startPortableListener(common), why: 'node:dgram, as configured' }
  try {
    const udp = await startBatchListener({ ...common, responders })
    const threads = responders === 1 ? '1 responder' : `${responders} responders`
    return { udp, why: `recvmmsg through koffi, ${threads}` }
  } catch (error) {
    if (!(error instanceof BatchUnavailable) || wanted === 'batch') throw error
    return { udp: await startPortableListener(common), why: `node:dgram, because ${error.message}` }
  }
}

function join(stream: Listener, udp: UdpListener, udpWhy: string): Listeners {
  const both = [udp, stream]
  return {
    bound: stream.bound,
    udpKind: udp.kind,
    udpWhy,
    get restarts() {
      return udp.restarts + stream.restarts
    },
    async publish(answering: Answering): Promise<void> {
      await Promise.all(both.map(listener => listener.publish(answering)))
    },
    async isAlive(limitMs: number): Promise<boolean> {
      const alive = await Promise.all(both.map(listener => listener.isAlive(limitMs)))
      return alive.every(Boolean)
    },
    counters: (): readonly Counters[] => both.flatMap(listener => listener.counters()),
    queryLogs: () => both.flatMap(listener => listener.queryLogs()),
    socketDrops: () => udp.socketDrops(),
    async close(): Promise<void> {
      await Promise.all(both.map(listener => listener.close()))
    },
  }
}
