/** The zones of BIND's configuration. */
import { lowerCase, type Name, parseName } from '#wire/name.ts'
import { isKnownStatement, reportStatement } from './bind-rest.ts'
import type { Findings } from './findings.ts'
import type { Input } from './input.ts'
import { argumentsOf, blockOf, type ConfStatement, keyOf, wordOf } from './named-conf.ts'
import { plainName } from './relative-name.ts'

/** A zone that BIND has in a file of its own. */
export interface BindZone {
  /** In lower case. */
  readonly origin: Name
  readonly path: string
  /** Where the path is written. */
  readonly input: Input
  readonly offset: number
}

/** What becomes of zones that are not served from a file that is theirs. */
const OTHER_TYPES: Readonly<Record<string, readonly ['lost' | 'note', string]>> = {
  secondary: [
    'lost',
    'there are no zone transfers: import it where it is primary, or give Understudy its file',
  ],
  slave: ['lost', 'there are no zone transfers: import it where it is primary, or give Understudy its file'],
  mirror: ['lost', 'there are no zone transfers: import it where it is primary, or give Understudy its file'],
  hint: ['note', 'is for resolvers'],
  forward: ['lost', 'nothing is forwarded: this server answers for its own zones alone'],
  stub: ['lost', 'nothing is resolved: this server answers for its own zones alone'],
  'static-stub': ['lost', 'nothing is resolved: this server answers for its own zones alone'],
  redirect: ['lost', 'what does not exist is answered so'],
  'delegation-only': ['note', 'is for resolvers'],
}
const CLASSES = ['in', 'chaos', 'ch', 'hesiod', 'hs']

/** A view of BIND, or what stands outside of all. */
interface View {
  /** As in ` of view internal`; empty outside of all. */
  readonly of: string
  /** Whether it is for all clients. */
  readonly isPublic: boolean
}

const NO_VIEW: View = { of: '', isPublic: true }

/** A zone of type primary: of several views one will do. */
interface Candidate {
  readonly view: View
  readonly statement: ConfStatement
  readonly options: readonly ConfStatement[]
}

export class BindZones {
  readonly zones: BindZone[] = []
  /** How many zones there are, those that are left out included. */
  count = 0
  readonly #findings: Findings
  readonly #candidates = new Map<Name, Candidate[]>()

  constructor(findings: Findings) {
    this.#findings = findings
  }

  read(statements: readonly ConfStatement[]): void {
    for (const statement of statements) {
      const key = keyOf(statement)
      if (key === 'zone') this.#zone(statement, NO_VIEW)
      else if (key === 'view') this.#view(statement)
      else if (key === 'options') this.#options(statement)
      else if (isKnownStatement(statement)) reportStatement(statement, undefined, this.#findings)
      else
        statement.input.complain(
          statement.offset,
          `${JSON.stringify(key.slice(0, 60))} is no statement of named.conf`,
        )
    }
    for (const [origin, candidates] of this.#candidates) this.#choose(origin, candidates)
  }

  #options(statement: ConfStatement): void {
    const block = blockOf(statement)
    if (block === undefined) statement.input.complain(statement.offset, 'options: expected a block in braces')
    for (const one of block?.statements ?? []) reportStatement(one, 'options', this.#findings)
  }

  #view(statement: ConfStatement): void {
    const name = wordOf(statement, 1)
    const block = blockOf(statement)
    if (name === undefined || block === undefined) {
      statement.input.complain(statement.offset, 'view: expected a name and a block in braces')
      return
    }
    const clients = block.statements.find(one => keyOf(one) === 'match-clients')
    const isPublic = clients === undefined || argumentsOf(clients) === 'any'
    for (const one of block.statements) {
      if (keyOf(one) === 'zone') this.#zone(one, { of: ` of view ${name}`, isPublic })
      else reportStatement(one, `view ${name}`, this.#findings)
    }
  }

  #zone(statement: ConfStatement, view: View): void {
    this.count++
    const { input, offset, items } = statement
    const written = wordOf(statement, 1)
    const block = blockOf(statement)
    const rrClass = (wordOf(statement, 2) ?? 'in').toLowerCase()
    if (written === undefined || block === undefined || !CLASSES.includes(rrClass)) {
      input.complain(offset, 'zone: expected a name, a class or none, and a block in braces')
      return
    }
    const parsed = parseName(written.replace(/(?<!\.)$/, '.'))
    if (!('name' in parsed)) {
      input.complain(
        items[1]?.offset ?? offset,
        `${JSON.stringify(written.slice(0, 80))} is not a name: ${parsed.error}`,
      )
      return
    }
    const origin = lowerCase(parsed.name)
    if (rrClass !== 'in')
      this.#findings.lost(
        `zone ${written} of class ${rrClass}`,
        'zones here are of class IN',
        input.at(offset),
      )
    else this.#zoneOf(origin, statement, block.statements, view)
  }

  #zoneOf(origin: Name, statement: ConfStatement, options: readonly ConfStatement[], view: View): void {
    const { input, offset } = statement
    const what = `zone ${plainName(origin)}${view.of}`
    const type = options.find(one => keyOf(one) === 'type')
    const kind = type === undefined ? undefined : wordOf(type, 1)?.toLowerCase()
    const other = kind !== undefined && Object.hasOwn(OTHER_TYPES, kind) ? OTHER_TYPES[kind] : undefined
    if (kind === 'primary' || kind === 'master') this.#add(origin, { view, statement, options }, what)
    else if (other !== undefined)
      this.#findings[other[0]](`${what} of type ${kind}`, other[1], input.at(offset))
    else if (type !== undefined)
      input.complain(type.offset, `${JSON.stringify(kind?.slice(0, 60) ?? '')} is no type of zones`)
    else if (options.some(one => keyOf(one) === 'in-view'))
      this.#findings.note(what, 'is that of another view', input.at(offset))
    else input.complain(offset, 'the zone has no type')
  }

  #add(origin: Name, candidate: Candidate, what: string): void {
    const known = this.#candidates.get(origin) ?? []
    const twin = known.find(({ view }) => view.of === candidate.view.of)
    const { input, offset } = candidate.statement
    if (twin !== undefined)
      input.complain(offset, `${what} is in ${twin.statement.input.at(twin.statement.offset)} already`)
    else this.#candidates.set(origin, [...known, candidate])
  }

  /** What a view for some clients alone shows must not come to be seen by all, where there is one for all. */
  #choose(origin: Name, candidates: readonly Candidate[]): void {
    const chosen = candidates.find(({ view }) => view.isPublic) ?? candidates[0]
    if (chosen === undefined) return
    const name = plainName(origin)
    for (const one of candidates)
      if (one !== chosen)
        this.#findings.lost(
          `zone ${name}${one.view.of}`,
          `there are no views: the zone${chosen.view.of} is answered to everybody`,
          one.statement.input.at(one.statement.offset),
        )
    this.#primary(origin, chosen, `zone ${name}${chosen.view.of}`)
  }

  #primary(origin: Name, { statement, options }: Candidate, what: string): void {
    const { input, offset } = statement
    for (const one of options) {
      const key = keyOf(one)
      if (key === 'masterfile-format' && argumentsOf(one) !== 'text')
        one.input.complain(
          one.offset,
          `the file is not text: named-compilezone -f ${argumentsOf(one)} -F text makes it so`,
        )
      else if (!['type', 'file', 'masterfile-format'].includes(key))
        reportStatement(one, what, this.#findings)
    }
    const file = options.find(one => keyOf(one) === 'file')
    const path = file === undefined ? undefined : wordOf(file, 1)
    if (file === undefined) input.complain(offset, 'the zone has no file')
    else if (path === undefined || path === '' || file.items.length !== 2)
      file.input.complain(file.offset, 'file: expected the name of one file')
    else {
      for (const key of ['zone', 'type', 'file']) this.#findings.field(key, 'ZONE.zone')
      this.zones.push({ origin, path, input: file.input, offset: file.items[1]?.offset ?? file.offset })
    }
  }
}
