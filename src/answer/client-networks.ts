/** Whether a client is in one of several networks. Nothing is allocated. */
import type { Arrival } from './arrival.ts'

export interface ClientNetwork {
  /** 4 or 16. */
  readonly bytes: Uint8Array
  /** Bits of the prefix. */
  readonly bits: number
}

export function isInNetworks({ bytes, at, length }: Arrival, networks: readonly ClientNetwork[]): boolean {
  for (let i = 0; i < networks.length; i++) {
    const network = networks[i]!
    if (network.bytes.length === length && startsWith(bytes, at, network)) return true
  }
  return false
}

function startsWith(bytes: Uint8Array, at: number, network: ClientNetwork): boolean {
  const whole = network.bits >> 3
  for (let i = 0; i < whole; i++) if (bytes[at + i] !== network.bytes[i]) return false
  const rest = network.bits & 7
  return rest === 0 || ((bytes[at + whole]! ^ network.bytes[whole]!) & (0xff00 >> rest) & 0xff) === 0
}
