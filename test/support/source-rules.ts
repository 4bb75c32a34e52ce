/** The rules that the sources keep among themselves: floors, packages with one owner, length, no circles (docs/architecture.md). */
import { dirname, posix } from 'node:path'

/** The floor of each folder. What lies directly in `src` is the ground for nobody: it may import everything. */
const FLOORS: Readonly<Record<string, number>> = {
  base: 0,
  wire: 1,
  health: 1,
  zone: 2,
  steering: 2,
  delegation: 2,
  answer: 3,
  os: 4,
  client: 4,
  serve: 5,
  probe: 5,
  store: 5,
  transfer: 5,
  cluster: 5,
  alert: 5,
  config: 6,
  control: 7,
  import: 7,
  admin: 8,
  cli: 9,
  '.': 10,
}

/** Packages that only one folder knows. */
const OWNERS: Readonly<Record<string, string>> = {
  'prom-client': 'admin',
  fastify: 'admin',
  koffi: 'os',
  'better-sqlite3': 'store',
  commander: 'cli',
  nodemailer: 'alert',
}

const MAX_LINES = 400

/** Paths relative to `src`, as in `wire/name.ts`, with their text. */
export type Sources = ReadonlyMap<string, string>

/** Everything that breaks a rule, one line each. */
export function brokenRules(sources: Sources): string[] {
  const found: string[] = []
  for (const [path, text] of sources) {
    const lines = text.split('\n').length - (text.endsWith('\n') ? 1 : 0)
    if (lines > MAX_LINES) found.push(`${path}: ${lines} lines are more than ${MAX_LINES}`)
    for (const specifier of specifiersOf(text)) {
      const complaint = complaintOf(path, specifier, sources)
      if (complaint !== undefined) found.push(`${path}: ${specifier}: ${complaint}`)
    }
  }
  return [...found, ...circles(sources)]
}

const COMMENTS = /\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm
const SPECIFIERS = [
  /^\s*(?:import|export)\s(?:[^'"`;]*?\sfrom\s*)?['"]([^'"]+)['"]/gm,
  /\bimport\s*\(\s*['"]([^'"]+)['"]/g,
  /\bimport\.meta\.resolve\(\s*['"]([^'"]+)['"]/g,
  /\brequire\(\s*['"]([^'"]+)['"]/g,
  /\bnew URL\(\s*['"]([^'"]+)['"]\s*,\s*import\.meta\.url/g,
]

/** What a module imports, exports from elsewhere, or names as an entry of a worker thread; types too. */
export function specifiersOf(text: string): string[] {
  const code = text.replace(COMMENTS, '')
  return SPECIFIERS.flatMap(pattern => Array.from(code.matchAll(pattern), match => match[1] ?? ''))
}

function complaintOf(path: string, specifier: string, sources: Sources): string | undefined {
  const folder = dirname(path)
  if (FLOORS[folder] === undefined) return `the folder ${folder} has no floor`
  if (specifier.startsWith('.')) return relativeComplaint(path, specifier, sources)
  if (specifier.startsWith('#')) return floorComplaint(folder, specifier, sources)
  const owner = OWNERS[specifier.split('/')[0] ?? '']
  return owner === undefined || owner === folder ? undefined : `only ${owner} knows this package`
}

function relativeComplaint(path: string, specifier: string, sources: Sources): string | undefined {
  const folder = dirname(path)
  const target = posix.join(folder, specifier)
  // Data that is read and not run, such as package.json.
  if (!target.endsWith('.ts')) return undefined
  if (dirname(target) !== folder && folder !== '.') return 'imports from another folder begin with #'
  return sources.has(target) ? undefined : 'there is no such file'
}

function floorComplaint(folder: string, specifier: string, sources: Sources): string | undefined {
  const target = specifier.slice(1)
  const theirs = dirname(target)
  if (theirs === folder) return 'imports within a folder begin with ./'
  const floor = FLOORS[theirs]
  if (floor === undefined) return `the folder ${theirs} has no floor`
  if (floor > (FLOORS[folder] ?? 0)) return `${theirs} is on a higher floor than ${folder}`
  if (floor === FLOORS[folder]) return `${theirs} and ${folder} are siblings`
  return sources.has(target) ? undefined : 'there is no such file'
}

/** Circles of imports within a folder; across folders the floors forbid them. Each is told once. */
function circles(sources: Sources): string[] {
  const found: string[] = []
  const done = new Set<string>()
  const visit = (path: string, way: readonly string[]): void => {
    const at = way.indexOf(path)
    if (at >= 0) found.push(`circle: ${[...way.slice(at), path].join(' > ')}`)
    if (at >= 0 || done.has(path)) return
    for (const next of neighbours(path, sources)) visit(next, [...way, path])
    done.add(path)
  }
  for (const path of sources.keys()) visit(path, [])
  return found
}

/** A worker's entry is started, not imported: that closes no circle. */
function neighbours(path: string, sources: Sources): string[] {
  const text = (sources.get(path) ?? '').replace(/new URL\([^)]*\)/g, '')
  return specifiersOf(text)
    .filter(specifier => specifier.startsWith('./'))
    .map(specifier => posix.join(dirname(path), specifier))
    .filter(target => sources.has(target))
}
