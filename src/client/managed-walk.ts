/** Asks every name server for the managed names. */
import type { SocketAddr } from '#base/address.ts'
import type { ManagedAnswer, ManagedFacts } from '#delegation/facts.ts'
import { Rcode, RrType, rcodeToText } from '#wire/types.ts'
import type { Asker, Heard } from './asker.ts'
import { addressesIn, recordsOf, soaIn } from './heard.ts'
import { plainNameIn } from './plain-names.ts'

const TYPES = ['A', 'AAAA'] as const
const EDNS = { udpSize: 1232 }

export interface ManagedQuestion extends Omit<ManagedFacts, 'answers'> {}

/** The same question to all of them at about the same time: what is answered changes. */
export async function askManaged(
  question: ManagedQuestion,
  servers: readonly SocketAddr[],
  asker: Asker,
): Promise<ManagedFacts> {
  const asked = TYPES.flatMap(type =>
    servers.map(async (server): Promise<ManagedAnswer> => {
      const heard = await asker.whole(server, { name: question.name, type: RrType[type], edns: EDNS })
      return { server: server.address.text, type, ...whatIs(heard, question.name) }
    }),
  )
  return { ...question, answers: await Promise.all(asked) }
}

function whatIs(heard: Heard, name: string): Pick<ManagedAnswer, 'text' | 'negativeSeconds'> {
  if (heard.kind === 'silent') return { text: undefined, negativeSeconds: undefined }
  const { message } = heard
  const alias = recordsOf(message.answer, name, RrType.CNAME)[0]
  if (alias !== undefined) return { text: `CNAME ${plainNameIn(alias.data)}`, negativeSeconds: undefined }
  const addresses = addressesIn(message.answer).map(({ address }) => address)
  if (addresses.length > 0) return { text: addresses.sort().join(', '), negativeSeconds: undefined }
  const text = message.rcode === Rcode.NOERROR ? 'no data' : rcodeToText(message.rcode)
  return { text, negativeSeconds: soaIn(message)?.negativeSeconds }
}
