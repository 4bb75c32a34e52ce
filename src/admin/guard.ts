/**
 * Keeps web pages away from the admin listener: a page whose name was pointed at 127.0.0.1 (DNS rebinding) arrives with its own Host,
 * and any page's script with its own Origin.
 */
import { formatSocketAddr, isLoopback, parseAddress, type SocketAddr } from '#base/address.ts'
import { Problem } from './problem.ts'

/** What is wrong with a request that came to the bound address with these headers; undefined if nothing. */
export function refusal(
  bound: SocketAddr,
  host: string | undefined,
  origin: string | undefined,
): Problem | undefined {
  if (host === undefined || !isOwnHost(bound, host)) {
    return new Problem(
      421,
      `this server is asked as ${formatSocketAddr(bound)} or localhost:${bound.port}, not by another name`,
    )
  }
  if (origin !== undefined && origin.toLowerCase() !== `http://${host.toLowerCase()}`) {
    return new Problem(403, 'requests from pages of other origins are refused')
  }
  return undefined
}

function isOwnHost(bound: SocketAddr, host: string): boolean {
  const parts = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/.exec(host.toLowerCase())
  if (parts === null || Number(parts[3] ?? 80) !== bound.port) return false
  const name = parts[1] ?? parts[2] ?? ''
  if (name === 'localhost') return true
  const address = parseAddress(name)
  return address !== undefined && (isLoopback(address) || address.text === bound.address.text)
}
