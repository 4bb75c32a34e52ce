/** The `tcp` health check: the endpoint accepts a connection and, if that is wanted, answers as expected. */
import { connect, type Socket } from 'node:net'
import { BodySearch } from './body-search.ts'
import { Deadline } from './deadline.ts'
import { failureOf } from './failure.ts'
import { type Finding, fail, pass } from './finding.ts'
import type { TcpSpec } from './spec.ts'

/** So much of an answer is looked through. */
const MAX_ANSWER_BYTES = 65_536

/** Never throws; ends with the time-out at the latest. */
export async function probeTcp(spec: TcpSpec, address: string, timeoutMs: number): Promise<Finding> {
  const { port, sourceAddress } = spec
  using deadline = new Deadline(timeoutMs)
  const localAddress = sourceAddress === undefined ? {} : { localAddress: sourceAddress }
  const socket = connect({ host: address, port, ...localAddress })
  const seen = await new Promise<Finding | Error>(resolve => {
    socket.once('connect', () => {
      if (spec.send !== undefined) socket.write(spec.send)
      if (spec.expect === undefined) return resolve(pass('connected'))
      deadline.awaited = 'expected answer'
      hear(socket, spec.expect, resolve)
    })
    socket.on('error', resolve)
    deadline.onExpired(() => resolve(deadline.finding))
  })
  socket.destroy()
  return seen instanceof Error ? failureOf(seen, { address, sourceAddress }) : seen
}

function hear(socket: Socket, expected: string, resolve: (finding: Finding) => void): void {
  const search = new BodySearch(expected, MAX_ANSWER_BYTES)
  socket.on('data', (piece: Buffer) => {
    const state = search.take(piece)
    if (state === 'found') resolve(pass('answered as expected'))
    if (state === 'absent')
      resolve(fail('answer', `the expected text is not in the first ${MAX_ANSWER_BYTES} bytes of the answer`))
  })
  socket.once('end', () => resolve(fail('answer', 'the connection ended without the expected text')))
}
