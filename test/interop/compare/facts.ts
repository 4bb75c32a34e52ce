/** What of a response is compared: its header and its three sections, in a form that does not depend on order or letter case. */
import { decodeMessage, type Message, type MessageRecord } from '#wire/message.ts'
import { lowerCase, type Name, nameToText } from '#wire/name.ts'
import { dataToText, nameFields } from '#wire/record-data.ts'
import { classToText, rcodeToText, typeToText } from '#wire/types.ts'

export const ASPECTS = ['rcode', 'flags', 'question', 'answer', 'authority', 'additional', 'edns'] as const
export type Aspect = (typeof ASPECTS)[number]

/** Sections as sorted lines, so that a record that is there twice shows too. */
export interface Facts {
  readonly rcode: string
  readonly flags: readonly string[]
  /** In the letter case in which it came back. */
  readonly question: readonly string[]
  readonly answer: readonly string[]
  readonly authority: readonly string[]
  readonly additional: readonly string[]
  readonly edns: string
}

/** Throws on what is no DNS message. */
export function factsOf(response: Uint8Array): Facts {
  const message = decodeMessage(response)
  if (message === undefined) throw new Error(`no message: ${Buffer.from(response).toString('hex')}`)
  return {
    rcode: rcodeToText(message.rcode),
    flags: flagsOf(message),
    question: message.questions.map(
      one => `${nameToText(one.name)} ${classToText(one.class)} ${typeToText(one.type)}`,
    ),
    answer: linesOf(message.answer),
    authority: linesOf(message.authority),
    additional: linesOf(message.additional),
    edns: ednsOf(message),
  }
}

const EXTENDED_ERROR = 15

/** In which aspects the two are not the same. */
export function differencesOf(ours: Facts, theirs: Facts): Aspect[] {
  return ASPECTS.filter(aspect => String(ours[aspect]) !== String(theirs[aspect]))
}

function flagsOf(message: Message): string[] {
  const flags = {
    qr: message.isResponse,
    aa: message.authoritative,
    tc: message.truncated,
    rd: message.recursionDesired,
    ra: message.recursionAvailable,
    ad: message.authenticData,
    cd: message.checkingDisabled,
  }
  return Object.entries(flags).flatMap(([flag, set]) => (set ? [flag] : []))
}

function ednsOf({ edns }: Message): string {
  if (edns === undefined) return 'none'
  // Of an Extended DNS Error only the code counts: the text is for people.
  const shown = edns.options.map(({ code, data }) => ({
    code,
    data: code === EXTENDED_ERROR ? data.slice(0, 2) : data,
  }))
  const options = shown.map(({ code, data }) => ` ${code}:${Buffer.from(data).toString('hex')}`)
  return `version ${edns.version}, size ${edns.udpSize}${edns.dnssecOk ? ', DO' : ''}${options.join('')}`
}

function linesOf(records: readonly MessageRecord[]): string[] {
  return records.map(lineOf).sort()
}

function lineOf({ owner, ttl, class: rrClass, type, data }: MessageRecord): string {
  const head = `${nameToText(lowerCase(owner))} ${ttl} ${classToText(rrClass)} ${typeToText(type)}`
  return `${head} ${dataToText(type, withLowerNames(type, data))}`
}

/** Names compare ignoring case (RFC 4343); other data, such as text, does not. */
function withLowerNames(type: number, data: Uint8Array): Uint8Array {
  const lower = Buffer.from(data)
  for (const { offset, length } of nameFields(type, data)) {
    const one = lower.toString('latin1', offset, offset + length) as Name
    lower.write(lowerCase(one), offset, 'latin1')
  }
  return lower
}
