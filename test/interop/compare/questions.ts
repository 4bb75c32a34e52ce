/** The questions that are put to all servers: made from the names of the zones, with a seed. */
import { type Random, seededRandom } from '#base/random.ts'
import { encodeQuery } from '#wire/message.ts'
import {
  childOf,
  labelCount,
  labelsOf,
  lowerCase,
  type Name,
  name,
  nameToText,
  parentOf,
} from '#wire/name.ts'
import { RrType, typeFromText, typeToText } from '#wire/types.ts'

const TYPES = ['A', 'AAAA', 'NS', 'SOA', 'MX', 'TXT', 'CNAME', 'SRV', 'PTR', 'CAA', 'DS', 'ANY', 'TYPE65280']

/** Bytes that the client takes by UDP; undefined for a query without EDNS. */
const UDP_SIZES = [undefined, 1232, 512, 4096] as const

/** Names that belong to no zone here. */
const STRANGERS = ['.', 'test.', 'com.', 'hard.test.example.', 'xhard.test.', 'elsewhere.example.']

/** A record as far as it tells what to ask for. */
export interface Owned {
  readonly owner: Name
  readonly type: number
}

export interface Asked {
  /** In the letter case in which it is sent. */
  readonly name: Name
  readonly type: number
  readonly udpSize: number | undefined
  readonly dnssecOk: boolean
  readonly recursionDesired: boolean
}

/** All of them, the same for the same owners and seed: the usual types everywhere, and each type at its owner. */
export function generateQuestions(records: readonly Owned[], seed: number): Asked[] {
  const random = seededRandom(seed)
  const usual = TYPES.map(type => typeFromText(type) ?? RrType.ANY)
  const types = new Map<Name, Set<number>>()
  for (const { owner, type } of records) {
    const one = lowerCase(owner)
    types.set(one, (types.get(one) ?? new Set()).add(type))
  }
  return neighbourhood([...types.keys()]).flatMap(owner =>
    [...new Set([...usual, ...(types.get(owner) ?? [])])].flatMap(type => variants(owner, type, random)),
  )
}

/** The query with the ID 0. */
export function encodeAsked({ name: owner, type, udpSize, dnssecOk, recursionDesired }: Asked): Uint8Array {
  const edns = udpSize === undefined ? {} : { edns: { udpSize, dnssecOk } }
  return encodeQuery({ id: 0, name: owner, type, recursionDesired, ...edns })
}

/** As one would give it to dig. */
export function askedToText({ name: owner, type, udpSize, dnssecOk }: Asked): string {
  const edns = udpSize === undefined ? '+noedns' : `+bufsize=${udpSize}${dnssecOk ? ' +dnssec' : ''}`
  return `${nameToText(owner)} ${typeToText(type)} ${edns}`
}

/** Each question without EDNS and with the usual size, some with other sizes too. */
function variants(owner: Name, type: number, random: Random): Asked[] {
  const some = random() < 0.2
  return UDP_SIZES.slice(0, some ? undefined : 2).map(udpSize => ({
    name: randomCase(owner, random),
    type,
    udpSize,
    dnssecOk: random() < 0.1,
    recursionDesired: random() < 0.5,
  }))
}

/** The owners, what is above and beside them, and names below and beside them that perhaps do not exist. */
function neighbourhood(owners: readonly Name[]): Name[] {
  const found = new Set<Name>(STRANGERS.map(name))
  for (const owner of owners) {
    for (let above: Name | undefined = owner; above !== undefined; above = parentOf(above)) found.add(above)
    for (const child of ['x', '*', 'www']) add(found, childOf(child, owner))
    add(found, childOf('deep', childOf('er', owner) ?? owner))
    const parent = parentOf(owner) ?? owner
    add(found, childOf('beside', parent))
    add(found, childOf(`${labelsOf(owner)[0] ?? ''}0`, parent))
  }
  return [...found].filter(one => labelCount(one) > 0 || one === name('.')).sort()
}

function add(found: Set<Name>, one: Name | undefined): void {
  if (one !== undefined) found.add(lowerCase(one))
}

/** Length bytes are below all letters, so they stay (draft-vixie-dnsext-dns0x20). */
function randomCase(owner: Name, random: Random): Name {
  return owner.replace(/[a-z]/g, letter => (random() < 0.3 ? letter.toUpperCase() : letter)) as Name
}
