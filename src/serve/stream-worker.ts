/** The thread that answers over TCP. */
import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { workerData } from 'node:worker_threads'
import { parseAddress, type SocketAddr } from '#base/address.ts'
import { systemClock } from '#base/clock.ts'
import { bindError } from './bind-error.ts'
import type { ThreadData } from './messages.ts'
import { StreamAnswerer } from './stream-answerer.ts'
import { StreamConnection } from './stream-connection.ts'
import { clientOf, OpenConnections, type StreamLimits } from './stream-limits.ts'
import { ThreadSide } from './thread-side.ts'

export interface StreamData {
  readonly limits: StreamLimits
}

const BACKLOG = 1024

const side = new ThreadSide()
const { addresses, limits } = workerData as ThreadData & StreamData
const answerer = new StreamAnswerer(side.responder)
const connections = new OpenConnections<Socket>(limits, systemClock)
const servers: Server[] = []
const ports: number[] = []
for (const address of addresses) ports.push(await listen(address))
side.started(ports)
side.follow(() => {
  for (const server of servers) server.close()
  connections.closeAll()
})

/** Gives the port. The address is not shared: a second server on it must fail to start. */
async function listen(address: SocketAddr): Promise<number> {
  const server = createServer({ allowHalfOpen: true, noDelay: true }, accept)
  server.listen({ host: address.address.text, port: address.port, ipv6Only: true, backlog: BACKLOG })
  try {
    await once(server, 'listening')
  } catch (error) {
    throw bindError(error, address, 'TCP')
  }
  // A connection that could not be accepted is gone, for want of descriptors perhaps; others come.
  server.on('error', () => undefined)
  servers.push(server)
  const bound = server.address()
  return bound === null || typeof bound === 'string' ? address.port : bound.port
}

function accept(socket: Socket): void {
  // Its 'close' follows.
  socket.on('error', () => undefined)
  const client = socket.remoteAddress
  if (client === undefined) return void socket.destroy()
  const address = parseAddress(client.replace(/%.*$/, ''))?.bytes ?? new Uint8Array(0)
  connections.add(socket, clientOf(address))
  socket.on('close', () => connections.remove(socket))
  new StreamConnection(socket, address, answerer, () => connections.touch(socket))
}
