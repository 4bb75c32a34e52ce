/** A responder: receives UDP queries in batches, answers them, sends the answers. Allocates nothing per packet. */
import { workerData } from 'node:worker_threads'
import { Arrival } from '#answer/arrival.ts'
import { Drop, Transport } from '#answer/counters.ts'
import { systemClock } from '#base/clock.ts'
import { type Libc, loadLibc } from '#os/libc.ts'
import { BUFFER_BYTES, PacketBatch } from '#os/packet-batch.ts'
import { ReadableSet } from '#os/readable-set.ts'
import { BLOCKING_LIMIT_MS } from '#os/udp-socket.ts'
import { ThreadSide } from './thread-side.ts'
import { isFatal } from './udp-errors.ts'

export interface ResponderData {
  /** One socket for each address; they belong to control and outlive this thread. */
  readonly fds: readonly number[]
}

const PAUSE_MS = 10

const { fds } = workerData as ResponderData
const libc = mustLoadLibc()
const batch = new PacketBatch(libc)
const side = new ThreadSide()
const { responder } = side
const arrival = new Arrival(Transport.udp)
side.started([])
if (fds.length === 1) answerOne(fds[0]!)
else answerMany()

function answerOne(fd: number): void {
  while (side.proceed()) serve(fd, true)
}

function answerMany(): void {
  const readable = new ReadableSet(libc, fds)
  while (side.proceed()) {
    readable.wait(BLOCKING_LIMIT_MS)
    for (let i = 0; i < fds.length; i++) if (readable.isReadable(i)) serve(fds[i]!, false)
  }
}

function serve(fd: number, wait: boolean): void {
  const count = batch.receive(fd, wait)
  if (count < 0) endure(libc.errorName(libc.errno()))
  if (count <= 0) return
  arrival.tick(systemClock.monotonicMs(), systemClock.wallMs())
  for (let i = 0; i < count; i++) {
    const length = answer(i)
    if (length > 0) batch.queue(i, length)
  }
  for (let refused = batch.send(fd); refused > 0; refused--) responder.drop(Transport.udp, Drop.unsent)
}

function answer(i: number): number {
  // Nobody can listen on port 0: its sender is forged.
  if (batch.sourcePort(i) === 0) return responder.drop(Transport.udp, Drop.sourcePort)
  arrival.from(batch.names, batch.addressAt(i), batch.addressLength(i))
  return responder.respond(batch.buffers, i * BUFFER_BYTES, batch.lengthOf(i), arrival)
}

/** Most errors of a socket pass; meanwhile it must not be asked in a tight loop. */
function endure(code: string): void {
  if (isFatal(code)) throw new Error(`recvmmsg: ${code}`)
  side.pause(PAUSE_MS)
}

function mustLoadLibc(): Libc {
  const loaded = loadLibc()
  if ('unavailable' in loaded) throw new Error(loaded.unavailable)
  return loaded.libc
}
