/** The `tcp` health check: the endpoint accepts a connection. */
import { connect } from 'node:net'
import { Deadline } from './deadline.ts'
import { failureOf } from './failure.ts'
import { type Finding, pass } from './finding.ts'
import type { TcpSpec } from './spec.ts'

/** Never throws; ends with the time-out at the latest. */
export async function probeTcp(
  { port, sourceAddress }: TcpSpec,
  address: string,
  timeoutMs: number,
): Promise<Finding> {
  using deadline = new Deadline(timeoutMs)
  const localAddress = sourceAddress === undefined ? {} : { localAddress: sourceAddress }
  const socket = connect({ host: address, port, ...localAddress })
  const seen = await new Promise<Finding | Error>(resolve => {
    socket.once('connect', () => resolve(pass('connected')))
    socket.on('error', resolve)
    deadline.onExpired(() => resolve(deadline.finding))
  })
  socket.destroy()
  return seen instanceof Error ? failureOf(seen, { address, sourceAddress }) : seen
}
