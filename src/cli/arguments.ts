/** Reads arguments and values of options that are more than text. Each throws `InvalidArgumentError`, in words for a person. */
import { InvalidArgumentError } from 'commander'
import { parseAddress, parseSocketAddr, type SocketAddr } from '#base/address.ts'
import { plainName } from '#client/plain-names.ts'
import { lowerCase, type Name, parseName } from '#wire/name.ts'

const DNS_PORT = 53

export function nameArgument(text: string): Name {
  const parsed = parseName(text)
  if ('error' in parsed) throw new InvalidArgumentError(`It is not a name: ${parsed.error}.`)
  return lowerCase(parsed.name)
}

export function zoneArgument(text: string): string {
  const zone = parseZoneName(text)
  if (zone === undefined) throw new InvalidArgumentError('It is not a name such as lb.example.com.')
  return zone
}

export function collectServers(text: string, before: readonly SocketAddr[] = []): SocketAddr[] {
  const server = parseServer(text)
  if (server === undefined || server.port === 0)
    throw new InvalidArgumentError(
      'Expected an address such as 192.0.2.53, 192.0.2.53:53 or [2001:db8::53]:53.',
    )
  return [...before, server]
}

export function portArgument(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0
  if (port < 1 || port > 65_535) throw new InvalidArgumentError('Expected a port from 1 to 65535.')
  return port
}

/** Reads `192.0.2.1`, `192.0.2.1:53`, `2001:db8::1` or `[2001:db8::1]:53`; undefined if the text is none of them. */
function parseServer(text: string): SocketAddr | undefined {
  const address = parseAddress(text)
  return address === undefined ? parseSocketAddr(text) : { address, port: DNS_PORT }
}

/** The name as the walk has it; undefined if the text is none. */
function parseZoneName(text: string): string | undefined {
  const parsed = parseName(text)
  return 'error' in parsed ? undefined : plainName(parsed.name)
}
