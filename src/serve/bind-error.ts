/** Why a server cannot listen, in words for a person. */
import { formatSocketAddr, type SocketAddr } from '#base/address.ts'

const FIRST_FREE_PORT = 1024

export type BindError = Error & { readonly code: string }

/** An error for what the system said (`EADDRINUSE`, …) when the address was to be bound. */
export function bindError(error: unknown, address: SocketAddr, transport: 'UDP' | 'TCP'): BindError {
  const code = errorCode(error) ?? String(error)
  return Object.assign(new Error(explain(code, address, transport)), { code })
}

/** The system's word for what went wrong, if the error has one. */
export function errorCode(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : undefined
}

function explain(code: string, address: SocketAddr, transport: string): string {
  const where = formatSocketAddr(address)
  switch (code) {
    case 'EADDRINUSE':
      return `${where} is in use by another program (${transport}): stop that one, or listen on another address`
    case 'EADDRNOTAVAIL':
      return `${where}: ${address.address.text} is no address of this host`
    case 'EACCES':
      return address.port < FIRST_FREE_PORT
        ? `${where}: ports below 1024 need the capability CAP_NET_BIND_SERVICE (${transport}): grant it, or listen on another port`
        : `${where}: the system does not permit listening there (${transport})`
    default:
      return `${where}: cannot listen (${transport}): ${code}`
  }
}
