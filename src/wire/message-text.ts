/** Messages as a person reads them, in the manner of `dig`. */
import type { Message, MessageRecord } from './message.ts'
import { type Name, nameToText } from './name.ts'
import { dataToText } from './record-data.ts'
import { classToText, Opcode, rcodeToText, typeToText } from './types.ts'

const OPCODE_NAMES = new Map<number, string>(Object.entries(Opcode).map(([name, code]) => [code, name]))

/** Header, EDNS, question and the sections that hold anything. No line feed at the end. */
export function messageToText(message: Message): string {
  const { id, opcode, rcode, questions, answer, authority, additional, edns } = message
  const status = `opcode: ${OPCODE_NAMES.get(opcode) ?? opcode}, status: ${rcodeToText(rcode)}, id: ${id}`
  const counts = `ANSWER: ${answer.length}, AUTHORITY: ${authority.length}, ADDITIONAL: ${additional.length}`
  const lines = [`;; ->>HEADER<<- ${status}`, `;; flags: ${flagsOf(message)}; ${counts}`]
  if (edns !== undefined) {
    lines.push(`;; EDNS: version: ${edns.version}, flags:${edns.dnssecOk ? ' do' : ''}; udp: ${edns.udpSize}`)
    for (const { code, data } of edns.options)
      lines.push(`; OPTION ${code}: ${Buffer.from(data).toString('hex')}`)
  }
  const asked = questions.map(question => `;${columns(question.name, undefined, question)}`)
  lines.push(...section('QUESTION', asked))
  lines.push(...section('ANSWER', answer.map(recordToText)))
  lines.push(...section('AUTHORITY', authority.map(recordToText)))
  lines.push(...section('ADDITIONAL', additional.map(recordToText)))
  return lines.join('\n')
}

function flagsOf(message: Message): string {
  const flags: [string, boolean][] = [
    ['qr', message.isResponse],
    ['aa', message.authoritative],
    ['tc', message.truncated],
    ['rd', message.recursionDesired],
    ['ra', message.recursionAvailable],
    ['ad', message.authenticData],
    ['cd', message.checkingDisabled],
  ]
  return flags.flatMap(([flag, set]) => (set ? [flag] : [])).join(' ')
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`;; ${title} SECTION:`, ...lines]
}

function recordToText(record: MessageRecord): string {
  return `${columns(record.owner, record.ttl, record)} ${dataToText(record.type, record.data)}`
}

function columns(
  owner: Name,
  ttl: number | undefined,
  of: { readonly type: number; readonly class: number },
): string {
  const head = `${nameToText(owner).padEnd(ttl === undefined ? 23 : 24)} ${String(ttl ?? '').padEnd(7)}`
  return `${head} ${classToText(of.class).padEnd(3)} ${typeToText(of.type).padEnd(ttl === undefined ? 0 : 7)}`
}
