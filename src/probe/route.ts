/** Whether this host knows any way to an address. */
import { createSocket } from 'node:dgram'
import { isIPv6 } from 'node:net'

/** The discard port: nothing is sent to it. */
const ANY_PORT = 9

/** Connects a UDP socket, which sends nothing: it fails exactly if the host has no route, or no such source address. */
export function hasRoute(address: string, sourceAddress?: string): Promise<boolean> {
  return new Promise(resolve => {
    const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4')
    const end = (found: boolean): void => {
      socket.removeAllListeners()
      socket.on('error', () => undefined)
      socket.close()
      resolve(found)
    }
    socket.on('error', () => end(false))
    socket.on('connect', () => end(true))
    if (sourceAddress === undefined) socket.connect(ANY_PORT, address)
    else socket.bind({ address: sourceAddress }, () => socket.connect(ANY_PORT, address))
  })
}
