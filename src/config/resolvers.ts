/** `resolvers:` of the settings: who is asked for the addresses of hostnames. */
import { z } from 'zod'
import { parseAddress, parseSocketAddr, type SocketAddr } from '#base/address.ts'
import { oneOrList, refine } from './values.ts'
import { show } from './words.ts'
import { writtenAs } from './written.ts'

const DNS_PORT = 53
const MAX_RESOLVERS = 8

/** `192.0.2.1`, `192.0.2.1:5353` or `[2001:db8::1]:5353`. */
const resolver: z.ZodType<SocketAddr> = writtenAs(
  refine(z.string(), text => {
    const address = parseAddress(text)
    const parsed = address === undefined ? parseSocketAddr(text) : { address, port: DNS_PORT }
    return parsed === undefined || parsed.port === 0
      ? { problem: `${show(text)} is not the address of a resolver, such as 192.0.2.1 or "[2001:db8::1]:53"` }
      : { value: parsed }
  }),
  { type: 'string', pattern: '^(\\[[0-9A-Fa-f:.]+\\]|[0-9A-Fa-f.:]+)(:[0-9]{1,5})?$' },
)

export const resolverList: z.ZodType<SocketAddr[]> = refine(oneOrList(resolver), all =>
  all.length > MAX_RESOLVERS
    ? { problem: `${all.length} are too many; at most ${MAX_RESOLVERS}` }
    : { value: all },
)
