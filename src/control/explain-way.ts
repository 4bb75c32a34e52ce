/** The way of a question through the zones: what each name on it is, as far as the response tells. */
import type { Catalog, Found, ServedZone } from '#answer/catalog.ts'
import type { Configuration } from '#config/configuration.ts'
import { ANSWER_KINDS, type AnswerKind } from '#steering/pool.ts'
import type { Message } from '#wire/message.ts'
import { lowerCase, MAX_NAME_BYTES, type Name, nameFromBytes, parentOf } from '#wire/name.ts'
import { Rcode, RrType, typeToText } from '#wire/types.ts'
import type { Question, Step } from './explanation.ts'
import { ANSWER_TYPE, plainName } from './plan.ts'

export interface Way {
  readonly steps: readonly Step[]
  /** The managed name at its end, and what its pool is asked for. */
  readonly managed?: { readonly zone: string; readonly owner: Name; readonly kind: AnswerKind }
}

interface Taken {
  readonly step: Step
  /** Where the way goes on. */
  readonly next?: Name
  readonly managed?: Way['managed']
}

/** As long as any chain in a response can be. */
const MAX_STEPS = 64
/** So many zones are named to who asks for none of them. */
const MAX_ZONES = 10

/** Follows the question through the zones; what the response does not tell of is left to the client. */
export function wayOf(
  { name, type }: Question,
  catalog: Catalog,
  configuration: Configuration,
  message: Message,
): Way {
  if (type === RrType.AXFR || type === RrType.IXFR) return { steps: [transfer(name, type)] }
  const walk = new Walk(catalog, configuration, type)
  const told = new Set(message.answer.map(({ owner }) => lowerCase(owner)))
  const seen = new Set<Name>()
  const steps: Step[] = []
  for (let at = lowerCase(name); steps.length < MAX_STEPS; ) {
    const taken = walk.take(at)
    // A response with nothing but aliases ends where they end.
    const isCutShort =
      steps.length > 0 &&
      taken.step.kind !== 'outside' &&
      message.rcode === Rcode.NOERROR &&
      message.authority.length === 0 &&
      !told.has(at)
    if (isCutShort || seen.has(at)) {
      steps.push(leftToClient(at))
      break
    }
    seen.add(at)
    steps.push(taken.step)
    if (taken.next === undefined) return { steps, ...(taken.managed && { managed: taken.managed }) }
    at = lowerCase(taken.next)
  }
  return { steps }
}

class Walk {
  readonly #catalog: Catalog
  readonly #configuration: Configuration
  readonly #type: number

  constructor(catalog: Catalog, configuration: Configuration, type: number) {
    this.#catalog = catalog
    this.#configuration = configuration
    this.#type = type
  }

  take(name: Name): Taken {
    const found = this.#find(name)
    const plain = plainName(name)
    switch (found.kind) {
      case 'outside':
        return { step: { kind: 'outside', name: plain, why: this.#outside() } }
      case 'failed':
        return { step: this.#broken(name) }
      case 'delegation':
        return { step: this.#delegated(name, found.served, found.cut) }
      case 'renamed':
        return this.#renamed(name, found)
      case 'nxdomain': {
        const encloser = plainName(found.encloser)
        const why = `there is no such name: the nearest one above it that exists is ${encloser}, and no wildcard stands below that`
        return { step: { kind: 'no-name', name: plain, why, ...this.#place(found.served), owner: encloser } }
      }
      case 'exact':
      case 'wildcard':
        return this.#atNode(name, found.served, found.owner)
      default:
        return found satisfies never
    }
  }

  /** As the catalog finds it, but that DS belongs to the parent's side of a cut (RFC 4035 §3.1.4.1). */
  #find(name: Name): Found {
    const found = this.#catalog.find(name)
    if (this.#type !== RrType.DS) return found
    if (found.kind === 'delegation' && found.cut === name)
      return { kind: 'exact', served: found.served, owner: name }
    if (found.kind !== 'exact' || name !== found.served.zone.origin) return found
    const parent = this.#catalog.zoneAbove(found.served)
    if (parent === undefined) return found
    return this.#catalog.givenAway(parent, name) ?? { kind: 'exact', served: parent, owner: name }
  }

  #atNode(name: Name, served: ServedZone, owner: Name): Taken {
    const type = this.#type
    const { zone } = served
    const isCut = this.#catalog.isCut(served, owner)
    const cname = zone.rrset(owner, RrType.CNAME)
    const managed = this.#catalog.managedAt(served, owner)
    const types = this.#typesAt(served, owner)
    const wildcard = owner === name ? '' : `, by the wildcard ${plainName(owner)}`
    const base = { name: plainName(name), owner: plainName(owner), ...this.#place(served) }
    const isAsked = type !== RrType.CNAME && type !== RrType.ANY
    if (cname !== undefined && isAsked && zone.rrset(owner, type) === undefined) {
      const target = nameFromBytes(cname.data[0] ?? new Uint8Array()) ?? owner
      const why = `an alias (CNAME) to ${plainName(target)}${wildcard}`
      const file = zone.fileOf(cname) ?? base.file
      return { step: { kind: 'alias', ...base, file, why, target: plainName(target) }, next: target }
    }
    const kind = this.#kindAsked(served, owner)
    if (kind !== undefined && managed !== undefined) {
      const step = {
        kind: 'managed',
        ...base,
        why: `a managed name${wildcard}: a pool answers`,
        types,
      } as const
      return { step, managed: { zone: plainName(zone.origin), owner, kind } }
    }
    const asked = type === RrType.ANY ? Math.min(...(zone.nodes.get(owner)?.keys() ?? [])) : type
    const rrset = asked === RrType.NSEC3 ? undefined : zone.rrset(owner, asked)
    if (rrset === undefined || (isCut && type !== RrType.DS)) {
      const there =
        types.length === 0 ? 'nothing, it only has names below it (an empty non-terminal)' : types.join(', ')
      const why = `the name is there${wildcard}, but has no ${typeToText(type)}: at it stands ${there}`
      return { step: { kind: 'no-data', ...base, why, types } }
    }
    const file = zone.fileOf(rrset) ?? base.file
    const count = `${rrset.count} record${rrset.count === 1 ? '' : 's'} of type ${typeToText(asked)}`
    const why = `static: ${count}${wildcard}, from ${file}`
    return { step: { kind: 'records', ...base, file, why, types } }
  }

  /** What the pool is asked for; undefined where static data answers. */
  #kindAsked(served: ServedZone, owner: Name): AnswerKind | undefined {
    const managed = this.#catalog.managedAt(served, owner)
    if (managed === undefined) return undefined
    if (managed.alias !== undefined) return 'cname'
    const isThere = (kind: AnswerKind): boolean =>
      managed.slots.some(({ type }) => type === ANSWER_TYPE[kind])
    if (this.#type !== RrType.ANY)
      return ANSWER_KINDS.find(kind => ANSWER_TYPE[kind] === this.#type && isThere(kind))
    const isBare = (served.zone.nodes.get(owner)?.size ?? 0) === 0
    return isBare ? ANSWER_KINDS.find(isThere) : undefined
  }

  #typesAt(served: ServedZone, owner: Name): string[] {
    const managed = this.#catalog.managedAt(served, owner)
    const slots = managed?.slots.map(({ type }) => `${typeToText(type)} (managed)`) ?? []
    const alias = managed?.alias === undefined ? [] : ['CNAME (managed)']
    return [...(served.zone.nodes.get(owner)?.keys() ?? [])].map(typeToText).concat(slots, alias)
  }

  #renamed(name: Name, { served, owner, dname }: Extract<Found, { kind: 'renamed' }>): Taken {
    const to = nameFromBytes(dname.data[0] ?? new Uint8Array()) ?? owner
    const target = `${name.slice(0, name.length - owner.length)}${to}` as Name
    const base = {
      kind: 'dname',
      name: plainName(name),
      owner: plainName(owner),
      ...this.#place(served),
    } as const
    const rule = `below ${plainName(owner)}, whose DNAME puts ${plainName(to)} in its place`
    if (target.length > MAX_NAME_BYTES)
      return { step: { ...base, why: `${rule}; the name that this makes is longer than a name can be` } }
    const step = { ...base, why: `${rule}: ${plainName(target)}`, target: plainName(target) }
    return this.#type === RrType.CNAME ? { step } : { step, next: target }
  }

  #delegated(name: Name, served: ServedZone, cut: Name): Step {
    const data = served.zone.rrset(cut, RrType.NS)?.data ?? []
    const nameservers = data.map(one => plainName(nameFromBytes(one) ?? cut))
    const why = `delegated: ${plainName(cut)} and all below it belongs to ${nameservers.join(', ')}`
    return {
      kind: 'delegated',
      name: plainName(name),
      why,
      ...this.#place(served),
      owner: plainName(cut),
      nameservers,
    }
  }

  #broken(name: Name): Step {
    let origin: Name | undefined = name
    while (origin !== undefined && !this.#catalog.failed.has(origin)) origin = parentOf(origin)
    const broken = this.#configuration.broken.find(one => lowerCase(one.origin) === origin)
    const [zone, file] = [plainName(origin ?? name), broken?.file ?? '']
    const why = `in the zone ${zone}, which could not be loaded and is answered SERVFAIL: understudy check ${file} says what is wrong`
    return { kind: 'broken', name: plainName(name), why, zone, file }
  }

  #outside(): string {
    const zones = this.#configuration.zones.map(({ zone }) => plainName(zone.origin))
    const more = zones.length > MAX_ZONES ? `, and ${zones.length - MAX_ZONES} more` : ''
    return `in no zone of this server, which has ${zones.slice(0, MAX_ZONES).join(', ') || 'none'}${more}`
  }

  #place({ zone }: ServedZone): { zone: string; file: string } {
    const configured = this.#configuration.zones.find(one => one.zone === zone)
    return { zone: plainName(zone.origin), file: configured?.file ?? '' }
  }
}

function leftToClient(name: Name): Step {
  const why = 'the answer ends with the alias before it; the client asks for this name by itself'
  return { kind: 'left-to-client', name: plainName(name), why }
}

function transfer(name: Name, type: number): Step {
  return { kind: 'refused', name: plainName(name), why: `zone transfers (${typeToText(type)}) are refused` }
}
