/** Questions to one address of a name server, which show how it answers. */
import { randomBytes } from 'node:crypto'
import type { SocketAddr } from '#base/address.ts'
import type { ServerExam, ServerFacts } from '#delegation/facts.ts'
import { RrType } from '#wire/types.ts'
import type { Asker, Heard, Wanted } from './asker.ts'
import { exchangeOf, nsIn, recordsOf } from './heard.ts'

const UDP_SIZE = 1232
const COOKIE = 10
const CLIENT_COOKIE_BYTES = 8
/** Of those for local use (RFC 6891 §9). */
const UNKNOWN_OPTION = 65_003

export interface ExamRequest {
  readonly server: SocketAddr
  /** The NS names that lead there. */
  readonly names: readonly string[]
  /** Plain. */
  readonly zone: string
  /** Whether the zone has to have keys. */
  readonly hasDs: boolean
}

/** One question after the other: nobody is asked for more at once than a resolver would ask. */
export async function examine(request: ExamRequest, asker: Asker): Promise<ServerFacts> {
  const { server, names, zone } = request
  const soa: Wanted = { name: zone, type: RrType.SOA, recursionDesired: true }
  const udp = exchangeOf(await asker.udp(server, soa), zone)
  const isElsewhere = udp.kind === 'silent' && udp.noRoute
  const tcp = isElsewhere ? udp : exchangeOf(await asker.tcp(server, soa), zone)
  const exam = udp.kind === 'answer' ? await examineFurther(request, asker) : undefined
  return { address: server.address.text, names, udp, tcp, exam }
}

async function examineFurther({ server, zone, hasDs }: ExamRequest, asker: Asker): Promise<ServerExam> {
  const soa = { name: zone, type: RrType.SOA }
  const cookie = randomBytes(CLIENT_COOKIE_BYTES)
  const udp = (wanted: Wanted): Promise<Heard> => asker.udp(server, wanted)
  const option = (code: number, data: Uint8Array): Wanted => ({
    ...soa,
    edns: { udpSize: UDP_SIZE, options: [{ code, data }] },
  })
  const signed = await udp({ ...soa, edns: { udpSize: UDP_SIZE, dnssecOk: true } })
  const unknownOption = await udp(option(UNKNOWN_OPTION, new Uint8Array(4)))
  const withCookie = await udp(option(COOKIE, cookie))
  const absent = `doctor-${randomBytes(4).toString('hex')}${zone === '.' ? '' : `.${zone}`}`
  const noSuchName = await udp({ name: absent, type: RrType.A })
  const mixed = mixedLetters(zone)
  const mixedCase = await udp({ ...soa, name: mixed })
  const long = await askLong(server, zone, asker)
  const ns = await asker.whole(server, { name: zone, type: RrType.NS, edns: { udpSize: UDP_SIZE } })
  return {
    edns: exchangeOf(signed, zone),
    unknownOption: exchangeOf(unknownOption, zone),
    cookie: exchangeOf(withCookie, zone, cookie),
    noSuchName: exchangeOf(noSuchName, absent),
    mixedCase: exchangeOf(mixedCase, mixed),
    ...long,
    ns: ns.kind === 'answer' && ns.message.authoritative ? nsIn(ns.message.answer, zone) : undefined,
    signatures: signaturesIn(signed, zone, RrType.SOA),
    keys: hasDs ? await keysAt(server, zone, asker) : undefined,
  }
}

/** Servers may answer ANY with little (RFC 8482); what else an apex has much of is TXT. */
async function askLong(
  server: SocketAddr,
  zone: string,
  asker: Asker,
): Promise<Pick<ServerExam, 'long' | 'longByTcp'>> {
  let longest: Heard = { kind: 'silent', detail: 'not asked', noRoute: false }
  for (const type of [RrType.ANY, RrType.TXT]) {
    const wanted = { name: zone, type }
    const heard = await asker.udp(server, wanted)
    if (heard.kind === 'answer' && heard.message.truncated) {
      const byTcp = await asker.tcp(server, wanted)
      return { long: exchangeOf(heard, zone), longByTcp: exchangeOf(byTcp, zone) }
    }
    if (longest.kind === 'silent' || sizeOf(heard) > sizeOf(longest)) longest = heard
  }
  return { long: exchangeOf(longest, zone), longByTcp: undefined }
}

function sizeOf(heard: Heard): number {
  return heard.kind === 'answer' ? heard.bytes : 0
}

/** `lB.eXaMpLe.CoM`: every second letter is a capital (the idea of 0x20). */
function mixedLetters(name: string): string {
  return [...name].map((letter, at) => (at % 2 === 0 ? letter : letter.toUpperCase())).join('')
}

function signaturesIn(heard: Heard, zone: string, covered: number): Uint8Array[] {
  if (heard.kind === 'silent') return []
  const signatures = recordsOf(heard.message.answer, zone, RrType.RRSIG).map(({ data }) => data)
  return signatures.filter(data => (((data[0] ?? 0) << 8) | (data[1] ?? 0)) === covered)
}

async function keysAt(server: SocketAddr, zone: string, asker: Asker): Promise<Uint8Array[] | undefined> {
  const edns = { udpSize: UDP_SIZE, dnssecOk: true }
  const heard = await asker.whole(server, { name: zone, type: RrType.DNSKEY, edns })
  return heard.kind === 'silent'
    ? undefined
    : recordsOf(heard.message.answer, zone, RrType.DNSKEY).map(({ data }) => data)
}
