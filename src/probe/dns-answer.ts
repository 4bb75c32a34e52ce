/** What a `dns` health check demands of an answer. */
import { decodeMessage, type Message } from '#wire/message.ts'
import { dataToText, nameFields } from '#wire/record-data.ts'
import { rcodeToText, typeToText } from '#wire/types.ts'
import { type Finding, fail, pass } from './finding.ts'
import type { DnsSpec } from './spec.ts'

/** The finding, or `truncated` where records are expected and not all of them are there. */
export function judgeAnswer(bytes: Uint8Array, spec: DnsSpec): Finding | 'truncated' {
  const message = decodeMessage(bytes)
  if (message === undefined) return fail('protocol', 'the answer is malformed')
  const { rcodes, authoritative, answers } = spec
  if (!rcodes.includes(message.rcode))
    return fail('rcode', `${rcodeToText(message.rcode)}, expected ${rcodes.map(rcodeToText).join(', ')}`)
  if (authoritative && !message.authoritative) return fail('aa', 'the answer is not authoritative')
  if (answers === undefined) return pass(rcodeToText(message.rcode))
  if (message.truncated) return 'truncated'
  return compare(answersOf(message, spec.queryType), answers, spec.queryType)
}

/** Record data as text that is equal for equal data: the names in it in lower case. */
export function answerText(type: number, data: Uint8Array): string {
  const folded = Uint8Array.from(data)
  for (const { offset, length } of nameFields(type, data))
    for (let at = offset; at < offset + length; at++) folded[at] = lowerCase(folded[at] ?? 0)
  return dataToText(type, folded)
}

function lowerCase(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte
}

function answersOf({ answer }: Message, wanted: number): Set<string> {
  const records = answer.filter(({ type }) => type === wanted)
  return new Set(records.map(({ type, data }) => answerText(type, data)))
}

function compare(found: ReadonlySet<string>, expected: readonly string[], type: number): Finding {
  const wanted = new Set(expected)
  if (found.symmetricDifference(wanted).size === 0) return pass(`${typeToText(type)} as expected`)
  if (found.size === 0) return fail('answer', `no ${typeToText(type)} record in the answer`)
  const missing = [...wanted.difference(found)]
  if (missing.length > 0) return fail('answer', `${missing[0]} is missing; found ${[...found].join(', ')}`)
  return fail('answer', `${[...found.difference(wanted)].join(', ')} is not expected`)
}
