/** A thread that asks one name without pause, one query after the other, and tells when the answer changes. */
import { createSocket } from 'node:dgram'
import { parentPort, workerData } from 'node:worker_threads'
import { addressIn, queryFor } from './query.ts'

export interface ClosedLoopData {
  readonly port: number
  readonly name: string
}

export type FromClosedLoop =
  /** The first answer with another address than the one before it has been received. Monotonic nanoseconds. */
  | { readonly kind: 'changed'; readonly address: string | undefined; readonly atNs: bigint }
  /** After `stop`: milliseconds between a query and its answer, and queries without an answer. */
  | { readonly kind: 'ended'; readonly roundTripsMs: readonly number[]; readonly lost: number }

const LOST_AFTER_MS = 1000
/** Enough of them for quantiles: the latest are kept. */
const MAX_ROUND_TRIPS = 200_000

const { port, name } = workerData as ClosedLoopData
const query = queryFor(name)
const socket = createSocket('udp4')
const roundTripsMs: number[] = []
let queries = 0
let answers = 0
let lost = 0
let last: string | undefined
let sentNs = 0n
let lostTimer: NodeJS.Timeout

function send(): void {
  sentNs = process.hrtime.bigint()
  query.writeUInt16BE(++queries & 0xffff)
  socket.send(query, port, '127.0.0.1')
  lostTimer.refresh()
}

socket.on('message', answer => {
  const atNs = process.hrtime.bigint()
  if (answer.readUInt16BE(0) !== (queries & 0xffff)) return
  roundTripsMs[answers++ % MAX_ROUND_TRIPS] = Number(atNs - sentNs) / 1e6
  const address = addressIn(answer, query)
  if (address !== last) {
    last = address
    parentPort?.postMessage({ kind: 'changed', address, atNs } satisfies FromClosedLoop)
  }
  send()
})
parentPort?.once('message', () => {
  clearTimeout(lostTimer)
  socket.close()
  parentPort?.postMessage({ kind: 'ended', roundTripsMs, lost } satisfies FromClosedLoop)
})
lostTimer = setTimeout(() => {
  lost++
  send()
}, LOST_AFTER_MS)
send()
