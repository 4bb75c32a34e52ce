/** Zone files of gdnsd (gdnsd.zonefile(5)): master files with DYNA and DYNC, and names that end in `@Z` and `@F`. */
import { unescapeText } from '#wire/character-string.ts'
import { isAtOrBelow, labelsOf, lowerCase, type Name, nameToText, parseName } from '#wire/name.ts'
import { dataFromText, dataToText } from '#wire/record-data.ts'
import { parseSeconds } from '#wire/ttl.ts'
import { RrType, typeFromText } from '#wire/types.ts'
import { type Entry, Lexer, type Token } from '#zone/lexer.ts'
import type { RecordDraft } from './draft.ts'
import type { Findings } from './findings.ts'
import type { ZoneOptions } from './gdnsd-options.ts'
import { ADDRESSES, problemBeside } from './gdnsd-types.ts'
import type { Input } from './input.ts'
import { plainName } from './relative-name.ts'
import type { SourceRequest } from './source.ts'
import { TextOffsets } from './text-offsets.ts'

/** A DYNA or DYNC. */
export interface DynamicName {
  readonly name: Name
  readonly isAlias: boolean
  readonly plugin: string
  readonly resource: string | undefined
  /** Seconds. */
  readonly ttl: number
  readonly ttlMin: number
  readonly input: Input
  /** Of what names the resource. */
  readonly offset: number
  readonly ttlFrom: string
}

export interface GdnsdZone {
  readonly origin: Name
  readonly input: Input
  readonly records: readonly RecordDraft[]
  readonly dynamic: readonly DynamicName[]
  /** Absolute paths of files that it includes. */
  readonly included: ReadonlySet<string>
}

interface Scope {
  readonly input: Input
  readonly offsets: TextOffsets
  /** `@F`. */
  readonly file: Name
  origin: Name
  owner: Name | undefined
  defaultTtl: number
}

interface Head {
  readonly owner: Name
  readonly ttl: Token | undefined
  readonly type: Token
  readonly data: readonly Token[]
}

const MAX_DEPTH = 8
/** Entries between two reports of progress. */
const PACE = 5000
/** Types whose data has names that may end in `@Z` or `@F`. */
const WITH_NAMES: readonly number[] = [
  RrType.NS,
  RrType.CNAME,
  RrType.SOA,
  RrType.PTR,
  RrType.MX,
  RrType.SRV,
  RrType.NAPTR,
]
const CHALLENGE = '_acme-challenge'
const MAX_STRING_BYTES = 255

/** Undefined after a complaint. */
export async function readGdnsdZone(
  input: Input,
  origin: Name,
  options: ZoneOptions,
  request: SourceRequest,
): Promise<GdnsdZone> {
  const reader = new GdnsdZoneReader(input, origin, options, request)
  await reader.read()
  return reader
}

class GdnsdZoneReader implements GdnsdZone {
  readonly origin: Name
  readonly input: Input
  readonly records: RecordDraft[] = []
  readonly dynamic: DynamicName[] = []
  readonly included = new Set<string>()
  readonly #options: ZoneOptions
  readonly #request: SourceRequest
  readonly #findings: Findings
  readonly #scopes: Scope[] = []
  /** The types at each name, with the TTL of the first record. */
  readonly #types = new Map<Name, Map<string, number>>()

  constructor(input: Input, origin: Name, options: ZoneOptions, request: SourceRequest) {
    this.input = input
    this.origin = origin
    this.#options = options
    this.#request = request
    this.#findings = request.findings
  }

  async read(): Promise<void> {
    await this.#file(this.input, this.origin, this.#options.defaultTtl)
    if (this.#types.get(this.origin)?.has('SOA') !== true)
      this.input.complainOfAll(`there is no SOA record of ${plainName(this.origin)}`)
  }

  async #file(input: Input, origin: Name, defaultTtl: number): Promise<void> {
    const offsets = new TextOffsets(input.text)
    const scope: Scope = { input, offsets, file: origin, origin, owner: undefined, defaultTtl }
    this.#scopes.push(scope)
    const lexer = new Lexer(offsets.bytes)
    let count = 0
    for (let one = lexer.next(); one !== undefined; one = lexer.next()) {
      await this.#entry(one, scope)
      if (++count % PACE === 0)
        this.#request.progress(input, offsets.ofPlace(one.end) / Math.max(1, input.text.length))
    }
    this.#scopes.pop()
  }

  async #entry(one: Entry, scope: Scope): Promise<void> {
    const [first, ...rest] = one.tokens
    if (one.problem !== undefined) this.#fault(scope, one.problem.place, one.problem.message)
    else if (first === undefined) return
    else if (!first.quoted && first.text.startsWith('$')) await this.#directive(first, rest, one, scope)
    else this.#record(one, scope)
  }

  async #directive(first: Token, args: readonly Token[], one: Entry, scope: Scope): Promise<void> {
    const name = first.text.toUpperCase()
    const [arg] = args
    if (arg === undefined) this.#fault(scope, one.end, `${name}: there is nothing behind it`)
    else if (name === '$ORIGIN') scope.origin = this.#name(arg, scope) ?? scope.origin
    else if (name === '$TTL') scope.defaultTtl = this.#seconds(arg, arg.text, scope) ?? scope.defaultTtl
    else if (name === '$INCLUDE') await this.#include(arg, args[1], scope)
    else if (name.startsWith('$ADDR_LIMIT'))
      this.#findings.lost(
        `${name} ${arg.text}`,
        'every address is answered; max-answers: of a pool limits those of managed names. gdnsd 3 knows it no longer',
        this.#at(scope, first),
      )
    else this.#fault(scope, first.place, `unknown directive ${JSON.stringify(first.text.slice(0, 60))}`)
  }

  async #include(path: Token, origin: Token | undefined, scope: Scope): Promise<void> {
    const from = origin === undefined ? scope.origin : this.#name(origin, scope)
    const text = unescapeText(path.text)
    if (text === undefined || from === undefined)
      return text === undefined
        ? this.#fault(scope, path.place, '$INCLUDE: this is not the name of a file')
        : undefined
    const offset = scope.offsets.ofPlace(path.place)
    const shown = Buffer.from(text, 'latin1').toString('utf8')
    if (this.#scopes.length > MAX_DEPTH)
      return this.#fault(scope, path.place, `files include each other more than ${MAX_DEPTH} deep`)
    const input = await this.#request.open(scope.input, shown, offset)
    if (input === undefined) return
    if (this.#scopes.some(({ input: { path: open } }) => open === input.path))
      return this.#fault(scope, path.place, `$INCLUDE ${JSON.stringify(shown)}: includes itself`)
    this.included.add(input.path)
    await this.#file(input, from, scope.defaultTtl)
  }

  #record(one: Entry, scope: Scope): void {
    const head = this.#head(one, scope)
    if (head === undefined) return
    const word = head.type.quoted ? '' : head.type.text.toUpperCase()
    if (word === 'DYNA' || word === 'DYNC') this.#dynamic(head, word === 'DYNC', scope)
    else this.#static(head, one, scope)
  }

  /** Owner, TTL and class in either order, and type. */
  #head({ tokens, blankOwner, end }: Entry, scope: Scope): Head | undefined {
    const [first] = tokens
    if (!blankOwner && first !== undefined) scope.owner = this.#name(first, scope)
    let ttl: Token | undefined
    for (let at = blankOwner ? 0 : 1; at < tokens.length; at++) {
      const token = tokens[at] as Token
      if (!token.quoted && /^IN$/i.test(token.text)) continue
      if (ttl === undefined && !token.quoted && /^\d/.test(token.text)) {
        ttl = token
        continue
      }
      const { owner } = scope
      if (owner !== undefined)
        return { owner: lowerCase(owner), ttl, type: token, data: tokens.slice(at + 1) }
      if (blankOwner)
        this.#fault(scope, token.place, 'the first record of a file has to begin with its owner')
      return undefined
    }
    return this.#fault(scope, end, 'the record has no type')
  }

  #static(
    { owner, ttl: ttlToken, type: typeToken, data: tokens }: Head,
    one: Entry,
    scope: Scope,
  ): undefined {
    const type = typeToken.quoted ? undefined : typeFromText(typeToken.text)
    if (type === undefined)
      return this.#fault(
        scope,
        typeToken.place,
        `unknown type ${JSON.stringify(typeToken.text.slice(0, 60))}`,
      )
    const texts = this.#dataTokens(type, tokens, scope)
    const read = dataFromText(type, texts, scope.origin)
    if ('error' in read) return this.#fault(scope, texts[read.token]?.place ?? one.end, read.error)
    const said = ttlToken === undefined ? scope.defaultTtl : this.#seconds(ttlToken, ttlToken.text, scope)
    if (said === undefined) return
    const word = typeToken.text.toUpperCase()
    const isSoa = type === RrType.SOA
    const data = isSoa ? this.#boundedSoa(read.data) : read.data
    if (!this.#belongs(owner, word, typeToken, scope)) return
    const ttl = this.#ttlOf(owner, word, isSoa ? Math.min(said, minimumOf(data)) : said, typeToken, scope)
    this.records.push({
      owner,
      ttl,
      type: word,
      data: dataToText(type, data),
      from: this.#at(scope, typeToken),
    })
  }

  #dataTokens(type: number, tokens: readonly Token[], scope: Scope): Token[] {
    if (WITH_NAMES.includes(type))
      return tokens.map(token =>
        token.quoted ? token : { ...token, text: this.#expanded(token.text, scope) },
      )
    if (type !== RrType.TXT || !this.#options.splitsTexts) return [...tokens]
    return tokens.flatMap(token => {
      if (token.text.length <= MAX_STRING_BYTES) return [token]
      // As written: an escape stands for one byte.
      const bytes = token.text.match(/\\\d{3}|\\?[\s\S]/g) ?? []
      const parts: Token[] = []
      for (let at = 0; at < bytes.length; at += MAX_STRING_BYTES)
        parts.push({ ...token, text: bytes.slice(at, at + MAX_STRING_BYTES).join('') })
      return parts
    })
  }

  /** Whether the record is of this zone and may stand beside the others of its name. */
  #belongs(owner: Name, word: string, token: Token, scope: Scope): boolean {
    if (!isAtOrBelow(owner, this.origin)) {
      if (ADDRESSES.includes(word))
        this.#findings.changed(
          `${plainName(owner)} ${word}`,
          'is outside of the zone, and left out',
          this.#at(scope, token),
        )
      else
        this.#fault(
          scope,
          token.place,
          `${plainName(owner)} is outside of the zone ${plainName(this.origin)}`,
        )
      return false
    }
    const types = this.#typesAt(owner)
    const problem = problemBeside([...types.keys()], word)
    if (problem === undefined) return true
    this.#fault(scope, token.place, `${plainName(owner)}: ${problem}`)
    return false
  }

  /** Within limits; the first of an RRset is that of all. */
  #ttlOf(owner: Name, word: string, said: number, token: Token, scope: Scope): number {
    const { challengeTtl } = this.#options
    const types = this.#typesAt(owner)
    const isChallenge = labelsOf(owner)[0] === CHALLENGE
    const bounded = isChallenge ? challengeTtl : this.#bounded(said, token, scope)
    const first = types.get(word)
    types.set(word, first ?? bounded)
    if (first !== undefined && first !== bounded)
      this.#findings.note(
        `${plainName(owner)} ${word}`,
        `the TTL of the first record is that of all, as with gdnsd`,
        this.#at(scope, token),
      )
    if (isChallenge)
      this.#findings.note(
        `${CHALLENGE} records`,
        `have the TTL ${challengeTtl} (acme_challenge_dns_ttl), as with gdnsd`,
        this.#at(scope, token),
      )
    return first ?? bounded
  }

  #bounded(said: number, token: Token, scope: Scope): number {
    const { minTtl, maxTtl } = this.#options
    const bounded = Math.min(maxTtl, Math.max(minTtl, said))
    if (bounded !== said)
      this.#findings.note(
        `the TTL ${said}`,
        `is ${bounded} (${said < minTtl ? 'min_ttl' : 'max_ttl'}), as with gdnsd`,
        this.#at(scope, token),
      )
    return bounded
  }

  /** The TTL of negative answers within limits: the SOA's last field. */
  #boundedSoa(data: Uint8Array): Uint8Array {
    const { minTtl, maxNegativeTtl } = this.#options
    const bounded = data.slice()
    const last = Math.min(maxNegativeTtl, Math.max(minTtl, minimumOf(data)))
    new DataView(bounded.buffer).setUint32(bounded.length - 4, last)
    return bounded
  }

  #dynamic({ owner, ttl, type, data }: Head, isAlias: boolean, scope: Scope): undefined {
    const word = isAlias ? 'DYNC' : 'DYNA'
    const [target, extra] = data
    if (target === undefined || extra !== undefined)
      return this.#fault(scope, (extra ?? type).place, `${word}: expected plugin!resource`)
    // Without escapes, as gdnsd has it.
    const parts = target.quoted ? null : /^([^!]+)(?:!(.*))?$/s.exec(target.text)
    if (parts === null) return this.#fault(scope, target.place, `${word}: expected plugin!resource`)
    const [maxText = '', minText] = ttl === undefined ? [String(scope.defaultTtl)] : ttl.text.split('/')
    const max = this.#seconds(ttl ?? type, maxText, scope)
    const min = minText === undefined ? undefined : this.#seconds(ttl ?? type, minText, scope)
    if (max === undefined || (minText !== undefined && min === undefined)) return
    if (isAlias && owner === this.origin)
      return this.#fault(scope, type.place, 'DYNC cannot stand at the apex of a zone')
    if (!isAtOrBelow(owner, this.origin) || !this.#belongs(owner, word, type, scope)) {
      if (!isAtOrBelow(owner, this.origin))
        this.#fault(scope, type.place, `${plainName(owner)} is outside of the zone`)
      return
    }
    const most = this.#bounded(max, ttl ?? type, scope)
    const half = Math.max(this.#options.minTtl, Math.floor(max / 2))
    const least = Math.min(most, min === undefined ? half : this.#bounded(min, ttl ?? type, scope))
    this.#typesAt(owner).set(word, most)
    this.dynamic.push({
      name: owner,
      isAlias,
      plugin: parts[1] ?? '',
      resource: parts[2],
      ttl: most,
      ttlMin: least,
      input: scope.input,
      offset: scope.offsets.ofPlace(target.place),
      ttlFrom: `${ttl?.text ?? 'no TTL'}, ${this.#at(scope, type)}`,
    })
  }

  #typesAt(owner: Name): Map<string, number> {
    const types = this.#types.get(owner) ?? new Map<string, number>()
    this.#types.set(owner, types)
    return types
  }

  #name(token: Token, scope: Scope): Name | undefined {
    const parsed = parseName(this.#expanded(token.text, scope), scope.origin)
    if ('name' in parsed && !token.quoted) return parsed.name
    const problem = 'error' in parsed ? parsed.error : 'it is quoted'
    return this.#fault(
      scope,
      token.place,
      `${JSON.stringify(token.text.slice(0, 60))} is not a name: ${problem}`,
    )
  }

  /** With `@Z` and `@F` at its end made names in full. */
  #expanded(text: string, { file }: Scope): string {
    const parts = /^(?:(.*)\.)?@([ZF])$/is.exec(text)
    if (parts === null) return text
    const base = nameToText(/z/i.test(parts[2] ?? '') ? this.origin : file)
    if (parts[1] === undefined) return base
    return base === '.' ? `${parts[1]}.` : `${parts[1]}.${base}`
  }

  #seconds(token: Token, text: string, scope: Scope): number | undefined {
    const seconds = parseSeconds(text)
    if (seconds !== undefined && seconds < 2 ** 31) return seconds
    return this.#fault(scope, token.place, `${JSON.stringify(text.slice(0, 60))} is not a TTL`)
  }

  #at({ input, offsets }: Scope, { place }: Token): string {
    return input.at(offsets.ofPlace(place))
  }

  #fault({ input, offsets }: Scope, place: number, message: string): undefined {
    input.complain(offsets.ofPlace(place), message)
    return undefined
  }
}

function minimumOf(data: Uint8Array): number {
  return new DataView(data.buffer, data.byteOffset).getUint32(data.length - 4)
}
