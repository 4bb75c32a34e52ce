/** What every listener can do, whatever it listens with. */
import type { Counters } from '#answer/counters.ts'
import type { SocketAddr } from '#base/address.ts'
import type { Answering } from './messages.ts'

export interface Listener {
  /** The addresses that were asked for, with the ports as they are. */
  readonly bound: readonly SocketAddr[]
  /** How often a thread has died and was started again. */
  readonly restarts: number
  /** Resolves when every thread answers from these and none uses older ones. Rejects if a thread does not take them in time. */
  publish(answering: Answering): Promise<void>
  /** Whether every thread answers, and takes what it is told, within that time. */
  isAlive(limitMs: number): Promise<boolean>
  /** One for each thread; they never go back. */
  counters(): readonly Counters[]
  /** Where each thread tells of single queries. */
  queryLogs(): readonly SharedArrayBuffer[]
  close(): Promise<void>
}

export interface UdpListener extends Listener {
  readonly kind: 'batch' | 'portable'
  /** How many packets the system has dropped because nobody took them in time; 0 where it does not tell. */
  socketDrops(): number
}

export interface ListenOptions {
  /** Port 0 lets the system choose. */
  readonly addresses: readonly SocketAddr[]
  readonly answering: Answering
  /** A thread has died and is started again. */
  onRestart(what: string, why: string): void
}
