/** Those who are asked during a drill: this server by its own listener, and others that are named. */
import { isWildcard, parseAddress, parseSocketAddr, type SocketAddr } from '#base/address.ts'
import { askUdp } from '#client/dns-client.ts'
import { decodeMessage } from '#wire/message.ts'
import { nameToText } from '#wire/name.ts'
import { dataToText } from '#wire/record-data.ts'
import { RrType } from '#wire/types.ts'
import type { Watcher } from './drill.ts'
import { ANSWER_TYPE } from './plan.ts'
import type { PoolState } from './pool-state.ts'
import { Refusal } from './refusals.ts'

const TIMEOUT_MS = 1000
const MAX_OTHERS = 8

/** None for a pool that no name is answered from, or where nothing is bound. Throws a `Refusal` for what is no address with a port. */
export function watchersOf(
  pool: PoolState,
  bound: SocketAddr | undefined,
  others: readonly string[],
): Watcher[] {
  const [name] = pool.names
  const servers = others.map(text => {
    const parsed = parseSocketAddr(text)
    if (parsed === undefined)
      throw new Refusal('conflict', `${text} is not a server to watch, such as 192.0.2.53:53`, 'watch')
    return { by: text, server: parsed, ttlMs: (name?.ttlSeconds ?? 0) * 1000 }
  })
  if (servers.length > MAX_OTHERS)
    throw new Refusal(
      'conflict',
      `${servers.length} servers are too many to watch; at most ${MAX_OTHERS}`,
      'watch',
    )
  const kind = pool.kinds.find(one => pool.selection(one)?.mode === 'serving')
  if (name === undefined || kind === undefined) return []
  const own = bound === undefined ? [] : [{ by: 'this server', server: reachable(bound), ttlMs: 0 }]
  const question = { name: nameToText(name.name).replace(/^\*/, 'drill'), type: ANSWER_TYPE[kind] }
  return [...own, ...servers].map(({ by, server, ttlMs }) => ({
    by,
    ttlMs,
    async ask() {
      const reply = await askUdp({ ...question, server, timeoutMs: TIMEOUT_MS, recursionDesired: true })
      const message = reply.kind === 'answer' ? decodeMessage(reply.bytes) : undefined
      return message?.answer
        .filter(({ type }) => type === question.type)
        .map(({ type, data }) => plain(dataToText(type, data), type))
    },
  }))
}

/** As pools call it: a hostname without the final dot. */
function plain(text: string, type: number): string {
  return type === RrType.CNAME ? text.replace(/\.$/, '').toLowerCase() : text
}

/** A listener on every address is asked on this host's own. */
function reachable({ address, port }: SocketAddr): SocketAddr {
  const loopback = parseAddress(address.family === 'ipv6' ? '::1' : '127.0.0.1')
  return { address: isWildcard(address) && loopback !== undefined ? loopback : address, port }
}
