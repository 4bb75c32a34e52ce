/**
 * Keeps web pages away from the admin listener: a page whose name was pointed at this host (DNS rebinding) arrives with its own Host, and any
 * page's script with its own Origin.
 */
import type { IncomingHttpHeaders } from 'node:http'
import { type Address, formatSocketAddr, isLoopback, parseAddress, type SocketAddr } from '#base/address.ts'
import { Problem } from './problem.ts'

export interface Self {
  readonly bound: SocketAddr
  /** Where the client has connected to; no page has an address for a name unless it came from there. */
  readonly local: Address | undefined
  /** In lower case; with any port, since a proxy may have another. */
  readonly names: readonly string[]
  readonly isTls: boolean
}

/** What is wrong with asking by that name; undefined if nothing is. */
export function hostProblem(self: Self, host: string | undefined): Problem | undefined {
  if (host !== undefined && isOwnHost(self, host)) return undefined
  const { bound, names } = self
  const known = [formatSocketAddr(bound), ...names].join(', ')
  return new Problem(
    421,
    `this server is asked as ${known} or localhost:${bound.port}, not by another name; listen.admin-names has more`,
  )
}

/** What is wrong with a request that a page has sent: only this server's own may. */
export function originProblem(
  { host = '', origin }: IncomingHttpHeaders,
  schemes: readonly ('http' | 'https')[],
): Problem | undefined {
  if (origin === undefined) return undefined
  if (schemes.some(scheme => origin.toLowerCase() === `${scheme}://${host.toLowerCase()}`)) return undefined
  return new Problem(403, 'requests from pages of other origins are refused')
}

function isOwnHost({ bound, local, names, isTls }: Self, host: string): boolean {
  const parts = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/.exec(host.toLowerCase())
  if (parts === null) return false
  const name = parts[1] ?? parts[2] ?? ''
  const address = parseAddress(name)
  if (names.includes(address?.text ?? name.replace(/\.$/, ''))) return true
  if (Number(parts[3] ?? (isTls ? 443 : 80)) !== bound.port) return false
  if (name === 'localhost') return true
  if (address === undefined) return false
  return isLoopback(address) || address.text === bound.address.text || address.text === local?.text
}
