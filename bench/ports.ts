/** Free ports on the loopback addresses. */

import { createSocket } from 'node:dgram'
import { createServer } from 'node:net'

const ATTEMPTS = 20

/** A port that is free just now for TCP at every one of the addresses, and for UDP at the first. */
export async function freePort(addresses: readonly string[] = ['127.0.0.1']): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const [first = '', ...others] = addresses
    const port = await tryTcp(first, 0)
    if (port === undefined || !(await tryUdp(first, port))) continue
    const found = await Promise.all(others.map(address => tryTcp(address, port)))
    if (found.every(other => other === port)) return port
  }
  throw new Error('no free port found')
}

function tryTcp(address: string, port: number): Promise<number | undefined> {
  return new Promise(resolve => {
    const server = createServer()
    server.once('error', () => resolve(undefined))
    server.listen(port, address, () => {
      const bound = server.address()
      server.close(() => resolve(bound !== null && typeof bound === 'object' ? bound.port : undefined))
    })
  })
}

function tryUdp(address: string, port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = createSocket('udp4')
    socket.once('error', () => resolve(false))
    socket.bind(port, address, () => socket.close(() => resolve(true)))
  })
}
