/** The directives of master files: `$ORIGIN` and `$INCLUDE` (RFC 1035 §5.1), `$TTL` (RFC 2308 §4), and BIND's `$GENERATE`. */
import { unescapeText } from '#wire/character-string.ts'
import { show } from '#wire/field-codecs.ts'
import type { Name } from '#wire/name.ts'
import { type Generation, readGeneration } from './generate.ts'
import type { Entry, Token } from './lexer.ts'
import type { ReadingState } from './reading-state.ts'
import type { Place } from './sources.ts'

export interface Inclusion {
  readonly kind: 'include'
  /** As written. */
  readonly path: string
  readonly origin: Name
  readonly place: Place
}

interface Directive {
  /** Its arguments in words; those beyond the first `required` may be left out. */
  readonly expects: readonly string[]
  readonly required: number
  /** Gives what has to be done beyond the state. */
  readonly read: (
    args: readonly Token[],
    directive: Token,
    state: ReadingState,
  ) => Inclusion | Generation | undefined
}

const DIRECTIVES: Readonly<Record<string, Directive>> = {
  $ORIGIN: {
    expects: ['name'],
    required: 1,
    read: ([name], _, state) => {
      const origin = name === undefined ? undefined : state.name(name)
      if (origin !== undefined) state.scope.origin = origin
      return undefined
    },
  },
  $TTL: {
    expects: ['TTL'],
    required: 1,
    read: ([ttl], _, state) => {
      const seconds = ttl === undefined ? undefined : state.ttl(ttl)
      if (seconds !== undefined) state.defaultTtl = seconds
      return undefined
    },
  },
  $INCLUDE: { expects: ['file', 'origin'], required: 1, read: readInclusion },
  $GENERATE: {
    expects: ['range', 'owner', 'type', 'data'],
    required: 3,
    read: (args, directive, state) => {
      const read = readGeneration(args, directive.place)
      return 'kind' in read
        ? read
        : state.fault(args[read.token]?.place ?? directive.place, `$GENERATE: ${read.error}`)
    },
  },
}

/** What the directive asks for, if it is more than a change of the state; undefined too after a complaint. */
export function readDirective(
  { tokens, end }: Entry,
  state: ReadingState,
): Inclusion | Generation | undefined {
  const [directive, ...args] = tokens
  if (directive === undefined) return undefined
  const name = directive.text.toUpperCase()
  const known = Object.hasOwn(DIRECTIVES, name) ? DIRECTIVES[name] : undefined
  if (known === undefined)
    return state.fault(
      directive.place,
      `unknown directive ${show(directive.text)}: there are ${Object.keys(DIRECTIVES).join(', ')}`,
    )
  const { expects, required, read } = known
  if (args.length < required) return state.fault(end, `${name} has no ${expects[args.length]}`)
  const extra = name === '$GENERATE' ? undefined : args[expects.length]
  if (extra !== undefined) return state.fault(extra.place, `${show(extra.text)} after the end of ${name}`)
  return read(args, directive, state)
}

function readInclusion(
  [file, name]: readonly Token[],
  { place }: Token,
  state: ReadingState,
): Inclusion | undefined {
  const path = file === undefined ? undefined : unescapeText(file.text)
  if (file === undefined || path === undefined || path === '')
    return state.fault(file?.place ?? place, `$INCLUDE: ${show(file?.text ?? '')} is not the name of a file`)
  const origin = name === undefined ? state.scope.origin : state.name(name)
  if (origin === undefined) return undefined
  return { kind: 'include', path: Buffer.from(path, 'latin1').toString('utf8'), origin, place: file.place }
}
