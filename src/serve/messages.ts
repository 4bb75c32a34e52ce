/** What control and the threads that answer say to each other. */
import type { Answering } from '#answer/respond.ts'
import type { SocketAddr } from '#base/address.ts'

export type { Answering } from '#answer/respond.ts'

export type ToThread =
  | { readonly kind: 'use'; readonly number: number; readonly answering: Answering }
  /** To be answered at once. */
  | { readonly kind: 'ping'; readonly number: number }
  | { readonly kind: 'stop' }

export type FromThread =
  /** Listens and answers. The ports are those of the addresses it was given; empty where its sockets were given to it open. */
  | { readonly kind: 'started'; readonly ports: readonly number[] }
  /** From now on nothing older is used. */
  | { readonly kind: 'using'; readonly number: number }
  /** The answer to a ping. */
  | { readonly kind: 'alive'; readonly number: number }

export interface ThreadData {
  readonly addresses: readonly SocketAddr[]
  readonly counters: SharedArrayBuffer
  /** Where it tells of single queries. */
  readonly queryLog: SharedArrayBuffer
  /** How many messages have been posted: one word, raised behind each. A thread that blocks in a system call compares it. */
  readonly posted: Int32Array<SharedArrayBuffer>
}
