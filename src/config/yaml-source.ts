/** A YAML file that knows where each of its keys and values stands. */
import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  visit,
  type YAMLMap,
} from 'yaml'
import { excerptOf } from '#base/complaint.ts'
import type { Complaints, Severity } from './complaints.ts'

/** Keys and list indexes from the top of the file. */
export type Path = readonly (string | number)[]

/** A few aliases are convenient; many are an attack on the memory. */
const MAX_ALIASES = 100

/** More than anybody reads; each has to be found in the file. */
const MAX_COMPLAINTS = 1000

const SYNTAX_WORDS: Readonly<Record<string, string>> = {
  MULTIPLE_DOCS: 'more than one document; use a file for each',
  NON_STRING_KEY: 'a key must be a text; put an address with brackets in quotes',
}

/** A configuration file, if there is one. */
export interface SettingsFile {
  /** Absolute. */
  readonly path: string
  readonly source: YamlSource
}

export class YamlSource {
  readonly file: string
  readonly complaints: Complaints
  /** All of the file as plain values; null for an empty file, and what could be made out of one with faults. */
  readonly value: unknown
  /** False where the file is not YAML: its values are then what could be guessed. */
  readonly sound: boolean
  readonly #text: string
  readonly #lines = new LineCounter()
  readonly #document: Document | undefined
  readonly #counts: Record<Severity, number> = { error: 0, warning: 0 }
  /** Whether a list or a map is a key: values of such could take for ever to make. */
  #hasCompoundKeys = false

  /** Complains of all that is not YAML. Never throws. */
  constructor(text: string, file: string, complaints: Complaints) {
    this.file = file
    this.complaints = complaints
    this.#text = text
    try {
      this.#document = parseDocument(text, {
        lineCounter: this.#lines,
        version: '1.2',
        schema: 'core',
        resolveKnownTags: false,
        stringKeys: true,
        // Found below, in linear time and with words of our own.
        uniqueKeys: false,
        prettyErrors: false,
        // Else what it warns of goes to the console.
        logLevel: 'error',
      }) as Document
      this.#complainOfSyntax(this.#document)
      this.#complainOfKeys(this.#document)
      this.value = this.#hasCompoundKeys ? null : this.#document.toJS({ maxAliasCount: MAX_ALIASES })
      this.sound = this.#document.errors.length + this.#document.warnings.length === 0
    } catch (error) {
      this.value = null
      this.sound = false
      complaints.ofWhole(file, unreadable(error))
    }
  }

  /** The value at the path; undefined if there is none. */
  get(path: Path): unknown {
    let value = this.value
    for (const step of path) {
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined
      value = (value as Record<string | number, unknown>)[step]
    }
    return value
  }

  /** The outermost keys, even where the values could not be made out. */
  get topKeys(): string[] {
    const top = this.#document?.contents
    return isMap(top) ? top.items.flatMap(({ key }) => (isScalar(key) ? String(key.value) : [])) : []
  }

  /** The keys of the map at the path; none if there is no map. */
  keys(path: Path): string[] {
    const value = this.get(path)
    return isPlainMap(value) ? Object.keys(value) : []
  }

  /** Complains of the value at the path, or of its key; where there is none, of the nearest thing above it. */
  complain(path: Path, message: string, at: 'key' | 'value' = 'value', severity: Severity = 'error'): void {
    if (!this.#isShown(severity)) return
    const shown = withoutUnwritten(path, this)
    const text = shown.length === 0 ? message : `${pathToText(shown)}: ${message}`
    this.#add(this.#offsetOf(shown, at), text, severity)
  }

  /** The same without the line, which may hold a secret. */
  complainUnshown(path: Path, message: string): void {
    if (!this.#isShown('error')) return
    const { line, col } = this.#lines.linePos(this.#offsetOf(path, 'value'))
    const text = `${pathToText(path)}: ${message}`
    this.complaints.add({ severity: 'error', file: this.file, line, column: Math.max(1, col), message: text })
  }

  warn(path: Path, message: string): void {
    this.complain(path, message, 'key', 'warning')
  }

  /** Whether one more is shown; that there are more is said once. */
  #isShown(severity: Severity): boolean {
    const count = ++this.#counts[severity]
    if (count === MAX_COMPLAINTS + 1)
      this.complaints.ofWhole(
        this.file,
        `there are more than ${MAX_COMPLAINTS} ${severity}s; these are the first`,
        severity,
      )
    return count <= MAX_COMPLAINTS
  }

  #add(offset: number, message: string, severity: Severity): void {
    const { line, col } = this.#lines.linePos(offset)
    const start = this.#lines.lineStarts[line - 1] ?? 0
    const end = this.#lines.lineStarts[line] ?? this.#text.length
    const column = Math.max(1, col)
    const excerpt = excerptOf(this.#text.slice(start, end), column)
    this.complaints.add({ severity, file: this.file, line: Math.max(1, line), column, ...excerpt, message })
  }

  #complainOfSyntax(document: Document): void {
    for (const { code, message, pos } of [...document.errors, ...document.warnings]) {
      if (!this.#isShown('error')) return
      const plain = message.replace(/\s+/g, ' ').slice(0, 200)
      this.#add(pos[0], SYNTAX_WORDS[code] ?? `not YAML: ${plain}`, 'error')
    }
  }

  #complainOfKeys(document: Document): void {
    visit(document, {
      Map: (_, map, ancestors) => {
        const seen = new Map<unknown, number>()
        for (const pair of map.items) this.#complainOfKey(pair, seen, () => pathOf([...ancestors, map]))
      },
    })
  }

  #complainOfKey({ key }: Pair, seen: Map<unknown, number>, above: () => Path): void {
    if (isCollection(key)) this.#hasCompoundKeys = true
    if (!isScalar(key)) return
    const name = String(key.value)
    const offset = key.range?.[0] ?? 0
    const first = seen.get(name)
    if (first === undefined) seen.set(name, offset)
    if ((first === undefined && name !== '__proto__') || !this.#isShown('error')) return
    const problem =
      first === undefined
        ? 'cannot be a key'
        : `is here twice; first in line ${this.#lines.linePos(first).line}`
    this.#add(offset, `${pathToText([...above(), name])}: ${problem}`, 'error')
  }

  #offsetOf(path: Path, at: 'key' | 'value'): number {
    let node: Node | null | undefined = this.#document?.contents
    let offset = node?.range?.[0] ?? 0
    for (const [depth, step] of path.entries()) {
      if (isAlias(node) && this.#document !== undefined) node = node.resolve(this.#document)
      const found = stepInto(node, step)
      if (found === undefined) return offset
      const last = depth === path.length - 1
      offset = (last && at === 'value' ? found.value : undefined) ?? found.key
      node = found.node
    }
    return offset
  }
}

/** Whether the value is a map of YAML, and not a list or a scalar. */
export function isPlainMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** `checks.web.timeout`, `pools.www.endpoints[1].address`, `names."a.b".pool`. */
function pathToText(path: Path): string {
  let text = ''
  for (const step of path) {
    if (typeof step === 'number') {
      text += `[${step}]`
      continue
    }
    const plain = /^[A-Za-z0-9_@*-]{1,80}$/.test(step)
    text += `${text === '' ? '' : '.'}${plain ? step : JSON.stringify(step.slice(0, 80))}`
  }
  return text
}

/** The one value written in place of a list has no index in the file. */
function withoutUnwritten(path: Path, source: YamlSource): Path {
  let shown = path
  while (typeof shown.at(-1) === 'number' && source.get(shown) === undefined) shown = shown.slice(0, -1)
  return shown
}

interface Found {
  readonly node: Node | null
  readonly key: number
  readonly value: number | undefined
}

function stepInto(node: Node | null | undefined, step: string | number): Found | undefined {
  if (isMap(node)) {
    const pair = (node as YAMLMap<Node, Node | null>).items.find(
      ({ key }) => isScalar(key) && key.value === step,
    )
    if (pair === undefined) return undefined
    return { node: pair.value, key: pair.key.range?.[0] ?? 0, value: startOf(pair.value) }
  }
  if (!isSeq(node) || typeof step !== 'number') return undefined
  const item = node.items[step] as Node | undefined
  const start = startOf(item)
  return item === undefined || start === undefined ? undefined : { node: item, key: start, value: start }
}

/** Nothing for a value that was not written. */
function startOf(node: Node | null | undefined): number | undefined {
  const range = node?.range
  return range === undefined || range === null || range[0] === range[1] ? undefined : range[0]
}

function pathOf(ancestors: readonly unknown[]): Path {
  const path: (string | number)[] = []
  for (const [depth, node] of ancestors.entries()) {
    if (isPair(node) && isScalar(node.key)) path.push(String(node.key.value))
    else if (isSeq(node)) path.push(node.items.indexOf(ancestors[depth + 1]))
  }
  return path
}

function unreadable(error: unknown): string {
  if (error instanceof ReferenceError) return 'too many aliases'
  if (error instanceof RangeError) return 'nested too deeply'
  return `not YAML: ${error instanceof Error ? error.message.split('\n', 1)[0] : String(error)}`
}
