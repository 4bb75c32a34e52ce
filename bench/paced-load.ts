/** A thread that asks one name at a steady rate and counts every query that is not answered. */
import { createSocket } from 'node:dgram'
import { parentPort, workerData } from 'node:worker_threads'
import { addressIn, queryFor } from './query.ts'

export interface PacedLoadData {
  readonly port: number
  readonly name: string
  readonly perSecond: number
}

export type FromPacedLoad =
  /** The first answer with another address than the one before it has been received. Monotonic nanoseconds. */
  | { readonly kind: 'changed'; readonly address: string | undefined; readonly atNs: bigint }
  /** After `stop`, when whatever could still come has had its time. */
  | ({ readonly kind: 'ended' } & PacedLoadSeen)

export interface PacedLoadSeen {
  readonly sent: number
  readonly answered: number
  /** Answers that are not one address. */
  readonly wrong: number
  /** Milliseconds from each query that was answered to its answer. */
  readonly roundTripsMs: readonly number[]
}

const TICK_MS = 1
const GRACE_MS = 2000
const IDS = 0x10000

const { port, name, perSecond } = workerData as PacedLoadData
const query = queryFor(name)
/** Room for what comes while this thread does not run. */
const socket = createSocket({ type: 'udp4', recvBufferSize: 4 << 20 })
/** IDs that wait for their answer: each is used again only after half a minute. */
const waiting = new Uint8Array(IDS)
/** When each of them was sent, in monotonic nanoseconds. */
const sentNs = new BigUint64Array(IDS)
const roundTripsMs: number[] = []
const startedMs = performance.now()
let sent = 0
let answered = 0
let wrong = 0
let last: string | undefined

function sendDue(): void {
  const due = Math.floor(((performance.now() - startedMs) * perSecond) / 1000)
  while (sent < due) {
    const id = sent++ % IDS
    waiting[id] = 1
    const packet = Buffer.from(query)
    packet.writeUInt16BE(id)
    sentNs[id] = process.hrtime.bigint()
    socket.send(packet, port, '127.0.0.1')
  }
}

socket.on('message', answer => {
  const atNs = process.hrtime.bigint()
  const id = answer.readUInt16BE(0)
  if (waiting[id] === 0) return
  waiting[id] = 0
  answered++
  roundTripsMs.push(Number(atNs - (sentNs[id] ?? atNs)) / 1e6)
  const address = addressIn(answer, query)
  if (address === undefined) wrong++
  if (address === last) return
  last = address
  parentPort?.postMessage({ kind: 'changed', address, atNs } satisfies FromPacedLoad)
})
const timer = setInterval(sendDue, TICK_MS)
parentPort?.once('message', () => {
  clearInterval(timer)
  setTimeout(() => {
    socket.close()
    parentPort?.postMessage({ kind: 'ended', sent, answered, wrong, roundTripsMs } satisfies FromPacedLoad)
  }, GRACE_MS)
})
