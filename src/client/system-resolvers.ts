/** The resolvers that this host uses. */
import { getServers } from 'node:dns'
import { parseAddress, parseSocketAddr, type SocketAddr } from '#base/address.ts'

const DNS_PORT = 53

/** At least one: without any that is configured, the one on this host. */
export function systemResolvers(): SocketAddr[] {
  return getServers().flatMap(text => {
    const address = parseAddress(text)
    return address === undefined ? (parseSocketAddr(text) ?? []) : [{ address, port: DNS_PORT }]
  })
}
