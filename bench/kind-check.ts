/** Whether a server answers a kind with what is to be measured, before it is measured. */
import { decodeMessage, encodeQuery, type Message } from '#wire/message.ts'
import { name as parsedName } from '#wire/name.ts'
import { RrType, rcodeToText } from '#wire/types.ts'
import { type AnswerKind, shapeOf } from './answer-kinds.ts'
import { SAMPLE_NUMBERS } from './bench-zone.ts'
import { exchange } from './query.ts'

interface Server {
  readonly name: string
  readonly port: number
}

const COOKIE = 10
const CLIENT_COOKIE = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8)
const COOKIE_BYTES = 24
const UDP_SIZE = 1232
const START_LIMIT_MS = 15_000

/** Waits until the server answers at all. Throws if an answer to one of the samples is not the kind's. */
export async function expectKind(server: Server, kind: AnswerKind): Promise<void> {
  for (const i of SAMPLE_NUMBERS) {
    const { rcode, shape } = seen(await ask(server, kind.name(i)))
    if (rcode !== kind.rcode || shape !== kind.shape)
      throw new Error(
        `${server.name} answers ${kind.name(i)} with ${rcode}, ${shape}, not ${kind.rcode}, ${kind.shape}`,
      )
  }
}

/**
 * dnsperf's option with our client cookie and the server's own to it. Throws if the server has none or does not take it for good: it gives back a good one
 * as it is and makes a bad one anew (RFC 9018 §4.3).
 */
export async function cookieOption(server: Server, kind: AnswerKind): Promise<string> {
  const first = cookieIn(await ask(server, kind.name(0), CLIENT_COOKIE))
  if (first?.length !== COOKIE_BYTES) throw new Error(`${server.name} gives no server cookie`)
  const answer = await ask(server, kind.name(0), first)
  const { rcode, shape } = seen(answer)
  const back = cookieIn(answer)?.toHex() ?? 'no cookie'
  if (rcode !== kind.rcode || shape !== kind.shape || back !== first.toHex())
    throw new Error(`${server.name} answers its cookie ${first.toHex()} with ${rcode}, ${shape}, ${back}`)
  return `${COOKIE}:${first.toHex()}`
}

function seen(answer: Message): { rcode: string; shape: string } {
  return { rcode: rcodeToText(answer.rcode), shape: shapeOf(answer) }
}

function cookieIn({ edns }: Message): Uint8Array | undefined {
  return edns?.options.find(({ code }) => code === COOKIE)?.data
}

async function ask(server: Server, name: string, cookie?: Uint8Array): Promise<Message> {
  const options = cookie === undefined ? undefined : [{ code: COOKIE, data: cookie }]
  const query = encodeQuery({
    id: 1,
    name: parsedName(`${name}.`),
    type: RrType.A,
    ...(options === undefined ? {} : { edns: { udpSize: UDP_SIZE, options } }),
  })
  const endMs = performance.now() + START_LIMIT_MS
  while (performance.now() < endMs) {
    const bytes = await exchange(server.port, query)
    const answer = bytes === undefined ? undefined : decodeMessage(bytes)
    if (answer !== undefined && rcodeToText(answer.rcode) !== 'SERVFAIL') return answer
    await new Promise(resolve => setTimeout(resolve, 50))
  }
  throw new Error(`${server.name} does not answer ${name} within ${START_LIMIT_MS} ms`)
}
