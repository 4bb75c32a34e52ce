/** What an answer holds, read for the walk along a delegation. */
import { addressFromBytes } from '#base/address.ts'
import type { Answer, Exchange, HostAddress, NsSet, Resolution, SoaFacts } from '#delegation/facts.ts'
import type { Message, MessageRecord } from '#wire/message.ts'
import { nameFromBytes, nameToText } from '#wire/name.ts'
import { Rcode, RrClass, RrType, rcodeToText } from '#wire/types.ts'
import type { Heard } from './asker.ts'
import { plainName, plainNameIn } from './plain-names.ts'

const COOKIE = 10
const CLIENT_COOKIE_BYTES = 8
/** With a server cookie of 8 to 32 (RFC 7873 §4). */
const WHOLE_COOKIE_BYTES = { least: 16, most: 40 } as const

/**
 * @param asked the name in the letters that were sent
 * @param cookie that was sent, if any was
 */
export function exchangeOf(heard: Heard, asked: string, cookie?: Uint8Array): Exchange {
  if (heard.kind === 'silent') return heard
  const { message, bytes } = heard
  const question = message.questions[0]
  const edns = message.edns
  return {
    kind: 'answer',
    rcode: message.rcode,
    authoritative: message.authoritative,
    truncated: message.truncated,
    recursionAvailable: message.recursionAvailable,
    bytes,
    sameLetters: question !== undefined && nameToText(question.name) === (asked === '.' ? '.' : `${asked}.`),
    edns: edns === undefined ? undefined : { udpSize: edns.udpSize, cookie: cookieOf(edns.options, cookie) },
    soa: soaIn(message),
    answers: message.answer.length,
  }
}

function cookieOf(
  options: NonNullable<Message['edns']>['options'],
  sent: Uint8Array | undefined,
): NonNullable<Answer['edns']>['cookie'] {
  const data = options.find(({ code }) => code === COOKIE)?.data
  if (data === undefined) return 'none'
  const { least, most } = WHOLE_COOKIE_BYTES
  const isOurs = sent?.every((byte, at) => at >= CLIENT_COOKIE_BYTES || data[at] === byte) === true
  return isOurs && data.length >= least && data.length <= most ? 'good' : 'wrong'
}

/** The SOA of an answer, or of a negative one (RFC 2308 §2). */
export function soaIn({ answer, authority }: Message): SoaFacts | undefined {
  const soa = [...answer, ...authority].find(({ type }) => type === RrType.SOA)
  const mname = soa === undefined ? undefined : nameFromBytes(soa.data)
  if (soa === undefined || mname === undefined) return undefined
  // serial, refresh, retry, expire, minimum: the last 20 bytes (RFC 1035 §3.3.13)
  const numbers = new DataView(soa.data.buffer, soa.data.byteOffset + soa.data.length - 20, 20)
  const negativeSeconds = Math.min(soa.ttl, numbers.getUint32(16))
  return { serial: numbers.getUint32(0), mname: plainName(mname), negativeSeconds }
}

/** The records of one type at the plain name, in these sections. */
export function recordsOf(
  records: readonly MessageRecord[],
  name: string,
  type: number,
): readonly MessageRecord[] {
  return records.filter(one => one.type === type && one.class === RrClass.IN && plainName(one.owner) === name)
}

/** The NS RRset of the zone in these records; undefined if there is none. */
export function nsIn(records: readonly MessageRecord[], zone: string): NsSet | undefined {
  const ns = recordsOf(records, zone, RrType.NS)
  if (ns.length === 0) return undefined
  const names = ns.map(({ data }) => plainNameIn(data)).sort()
  return { names: [...new Set(names)], ttlSeconds: Math.min(...ns.map(({ ttl }) => ttl)) }
}

export function addressesIn(records: readonly MessageRecord[]): HostAddress[] {
  return records
    .filter(
      ({ type, class: rrClass }) => rrClass === RrClass.IN && (type === RrType.A || type === RrType.AAAA),
    )
    .map(({ owner, data }) => ({ name: plainName(owner), address: addressFromBytes(data).text }))
}

/** What the answers to A and AAAA say of the plain name. */
export function resolutionOf(name: string, answers: readonly Heard[]): Resolution {
  const messages = answers.flatMap(heard => (heard.kind === 'answer' ? [heard.message] : []))
  const records = messages.flatMap(({ answer }) => answer)
  const alias = recordsOf(records, name, RrType.CNAME)[0]
  if (alias !== undefined) return { kind: 'alias', target: plainNameIn(alias.data) }
  const addresses = addressesIn(records).filter(one => one.name === name)
  if (addresses.length > 0)
    return { kind: 'found', addresses: [...new Set(addresses.map(one => one.address))] }
  const silent = answers.find(heard => heard.kind === 'silent')
  if (silent !== undefined) return { kind: 'unknown', detail: silent.detail }
  const failed = messages.find(({ rcode }) => rcode !== Rcode.NOERROR && rcode !== Rcode.NXDOMAIN)
  if (failed !== undefined) return { kind: 'unknown', detail: rcodeToText(failed.rcode) }
  const isMissing = messages.some(({ rcode }) => rcode === Rcode.NXDOMAIN)
  return { kind: 'none', detail: isMissing ? 'the name does not exist' : 'no A and no AAAA record' }
}
