/** The thread of the portable UDP listener. One socket for each address; a wildcard is every address of this host. */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { networkInterfaces } from 'node:os'
import { workerData } from 'node:worker_threads'
import { Arrival } from '#answer/arrival.ts'
import { Drop, Transport } from '#answer/counters.ts'
import { type Address, isWildcard, parseAddress, type SocketAddr } from '#base/address.ts'
import { systemClock } from '#base/clock.ts'
import { BUFFER_BYTES } from '#os/packet-batch.ts'
import { bindError, errorCode } from './bind-error.ts'
import type { ThreadData } from './messages.ts'
import { ThreadSide } from './thread-side.ts'
import { isFatal } from './udp-errors.ts'

const RECEIVE_BUFFER_BYTES = 4 << 20
/** Answers that wait for the system to take them: more are dropped. */
const MAX_UNSENT = 256
const NO_ADDRESS = new Uint8Array(0)

const side = new ThreadSide()
const { responder } = side
const message = Buffer.alloc(BUFFER_BYTES)
const arrival = new Arrival(Transport.udp)
const sockets: Socket[] = []
const { addresses } = workerData as ThreadData
const ports: number[] = []
for (const address of addresses) ports.push(await open(address))
side.started(ports)
side.follow(() => {
  for (const socket of sockets) socket.close()
})

/** Gives the port. */
async function open({ address, port }: SocketAddr): Promise<number> {
  if (!isWildcard(address)) return bind({ address, port })
  let common = port
  // An answer leaves from the address that its socket is bound to: at a wildcard, the system would choose one.
  for (const own of ownAddresses(address.family)) {
    try {
      common = await bind({ address: own, port: common })
    } catch (error) {
      // It has gone since the list was made.
      if (errorCode(error) !== 'EADDRNOTAVAIL') throw error
    }
  }
  if (common === 0)
    throw bindError(new Error(`this host has no ${address.family} address`), { address, port }, 'UDP')
  return common
}

async function bind(address: SocketAddr): Promise<number> {
  const ipv6 = address.address.family === 'ipv6'
  const socket = createSocket({
    type: ipv6 ? 'udp6' : 'udp4',
    ipv6Only: ipv6,
    // The names are addresses: nothing needs to be looked up, now or later.
    lookup: (host, _options, callback) => callback(null, host, ipv6 ? 6 : 4),
  })
  const listening = once(socket, 'listening')
  socket.bind(address.port, address.address.text)
  try {
    await listening
  } catch (error) {
    socket.close()
    throw bindError(error, address, 'UDP')
  }
  enlargeBuffer(socket)
  socket.on('message', (query, from) => answer(socket, query, from))
  socket.on('error', error => {
    if (isFatal(errorCode(error) ?? '')) throw error
  })
  sockets.push(socket)
  return socket.address().port
}

function answer(socket: Socket, query: Buffer, from: RemoteInfo): void {
  // Nobody can listen on port 0: its sender is forged.
  if (from.port === 0) return void responder.drop(Transport.udp, Drop.sourcePort)
  const length = query.length > BUFFER_BYTES ? 0 : query.copy(message)
  const client = parseAddress(from.address.replace(/%.*$/, ''))?.bytes ?? NO_ADDRESS
  arrival.tick(systemClock.monotonicMs(), systemClock.wallMs())
  arrival.from(client, 0, client.length)
  const answered = responder.respond(message, 0, length, arrival)
  if (answered === 0) return
  if (socket.getSendQueueCount() >= MAX_UNSENT) return void responder.drop(Transport.udp, Drop.unsent)
  socket.send(Buffer.from(message.subarray(0, answered)), from.port, from.address, error => {
    if (error !== null) responder.drop(Transport.udp, Drop.unsent)
  })
}

/** Not everywhere can it be as large; what the system has set itself is good then. */
function enlargeBuffer(socket: Socket): void {
  try {
    socket.setRecvBufferSize(RECEIVE_BUFFER_BYTES)
  } catch {}
}

/** Without link-local addresses: they mean something only together with an interface. */
function ownAddresses(family: Address['family']): Address[] {
  const found = new Map<string, Address>()
  for (const { address, scopeid } of Object.values(networkInterfaces()).flatMap(list => list ?? [])) {
    const own = parseAddress(address)
    if (own?.family === family && (scopeid ?? 0) === 0) found.set(own.text, own)
  }
  return [...found.values()]
}
