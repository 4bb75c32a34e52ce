/** UDP in batches: responder threads, each with a socket of its own at every address; the system spreads the packets over them. */
import type { SocketAddr } from '#base/address.ts'
import { moduleBeside } from '#base/module-beside.ts'
import { type Libc, loadLibc } from '#os/libc.ts'
import { PacketBatch } from '#os/packet-batch.ts'
import type { SystemError } from '#os/system-error.ts'
import { droppedPackets, openUdpSocket, type UdpSocket } from '#os/udp-socket.ts'
import { bindError } from './bind-error.ts'
import type { ListenOptions, UdpListener } from './listener.ts'
import type { Answering } from './messages.ts'
import type { ResponderData } from './responder-worker.ts'
import { type ServingThread, startThreads, type ThreadOptions } from './serving-thread.ts'

export interface BatchOptions extends ListenOptions {
  /** How many threads answer. */
  readonly responders: number
}

/** This machine does not do batches: another listener may well work. The message is the reason. */
export class BatchUnavailable extends Error {}

/** Throws `BatchUnavailable`, or a `BindError` that any listener would meet. */
export async function startBatchListener(options: BatchOptions): Promise<UdpListener> {
  const loaded = loadLibc()
  if ('unavailable' in loaded) throw new BatchUnavailable(loaded.unavailable)
  const { libc } = loaded
  const sockets = openSockets(libc, options)
  try {
    const threads = await startThreads(threadOptions(options, sockets), options.answering)
    return new BatchListener(libc, sockets, threads)
  } catch (error) {
    closeAll(libc, sockets)
    throw error
  }
}

class BatchListener implements UdpListener {
  readonly kind = 'batch'
  readonly bound: readonly SocketAddr[]
  readonly #libc: Libc
  readonly #threads: readonly ServingThread[]
  #sockets: readonly UdpSocket[]
  #drops = 0

  /** The first responder's sockets come first. */
  constructor(libc: Libc, sockets: readonly UdpSocket[][], threads: readonly ServingThread[]) {
    this.#libc = libc
    this.#sockets = sockets.flat()
    this.#threads = threads
    this.bound = (sockets[0] ?? []).map(socket => socket.bound)
  }

  get restarts(): number {
    return this.#threads.reduce((sum, thread) => sum + thread.restarts, 0)
  }

  async publish(answering: Answering): Promise<void> {
    await Promise.all(this.#threads.map(thread => thread.publish(answering)))
  }

  async isAlive(limitMs: number): Promise<boolean> {
    const alive = await Promise.all(this.#threads.map(thread => thread.isAlive(limitMs)))
    return alive.every(Boolean)
  }

  counters() {
    return this.#threads.map(thread => thread.counters)
  }

  queryLogs() {
    return this.#threads.map(thread => thread.queryLog)
  }

  socketDrops(): number {
    if (this.#sockets.length > 0)
      this.#drops = this.#sockets.reduce((sum, { fd }) => sum + droppedPackets(this.#libc, fd), 0)
    return this.#drops
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map(thread => thread.stop()))
    this.socketDrops()
    const sockets = this.#sockets
    // The numbers of closed descriptors are soon those of others.
    this.#sockets = []
    closeAll(this.#libc, [sockets])
  }
}

function threadOptions(options: BatchOptions, sockets: readonly UdpSocket[][]): ThreadOptions[] {
  return sockets.map((own, i) => ({
    name: `UDP responder ${i + 1}`,
    script: moduleBeside(import.meta.url, 'responder-worker'),
    data: { fds: own.map(({ fd }) => fd) } satisfies ResponderData,
    addresses: own.map(({ bound }) => bound),
    onRestart: options.onRestart,
  }))
}

/** For each responder its sockets, in the order of the addresses. */
function openSockets(libc: Libc, { addresses, responders }: BatchOptions): UdpSocket[][] {
  const opened: UdpSocket[][] = []
  try {
    let wanted: readonly SocketAddr[] = addresses.map(address => claim(libc, address))
    for (let i = 0; i < responders; i++) {
      const own: UdpSocket[] = []
      opened.push(own)
      for (const address of wanted) own.push(open(libc, address, true))
      wanted = own.map(({ bound }) => bound)
    }
    return opened
  } catch (error) {
    closeAll(libc, opened)
    throw error
  }
}

/**
 * Makes sure that nobody else has the address: a socket that shares its port would be let in beside another program that does so too, and
 * each would get half of the queries. Tries as well whether the system receives in batches at all. Gives the address with its port.
 */
function claim(libc: Libc, address: SocketAddr): SocketAddr {
  const { fd, bound } = open(libc, address, false)
  try {
    if (new PacketBatch(libc).receive(fd, false) < 0)
      throw new BatchUnavailable(`recvmmsg does not work here: ${libc.errorName(libc.errno())}`)
    return bound
  } finally {
    libc.close(fd)
  }
}

function open(libc: Libc, address: SocketAddr, shared: boolean): UdpSocket {
  try {
    return openUdpSocket(libc, address, shared)
  } catch (error) {
    if ((error as SystemError).syscall === 'bind') throw bindError(error, address, 'UDP')
    throw new BatchUnavailable((error as SystemError).message)
  }
}

function closeAll(libc: Libc, sockets: readonly (readonly UdpSocket[])[]): void {
  for (const { fd } of sockets.flat()) libc.close(fd)
}
