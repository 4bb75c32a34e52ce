/** The house stands as it was drawn: an import goes only to a lower floor. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { ROOT_FOLDER } from '#test/child.ts'
import { brokenRules, specifiersOf } from '#test/source-rules.ts'

const SRC = `${ROOT_FOLDER}src/`

function readSources(): Map<string, string> {
  const paths = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter(path => path.endsWith('.ts'))
  return new Map(paths.sort().map(path => [path, readFileSync(SRC + path, 'utf8')]))
}

/** Rules broken by a made-up file beside made-up neighbours. */
function broken(path: string, text: string, others: Readonly<Record<string, string>> = {}): string[] {
  return brokenRules(new Map([[path, text], ...Object.entries(others)]))
}

describe('the sources', () => {
  it('keep every rule', () => {
    const sources = readSources()
    assert.ok(sources.size > 50, 'the sources have not been found')
    assert.deepEqual(brokenRules(sources), [])
  })

  it('have an import for each folder in package.json', () => {
    const manifest = JSON.parse(readFileSync(`${ROOT_FOLDER}package.json`, 'utf8')) as {
      readonly imports: Readonly<Record<string, string>>
    }
    const folders = new Set(Array.from(readSources().keys(), path => path.split('/')[0] ?? ''))
    folders.delete('main.ts')
    for (const folder of folders) assert.equal(manifest.imports[`#${folder}/*`], `./src/${folder}/*`)
  })
})

describe('the rules notice', () => {
  const neighbours = {
    'zone/zone.ts': '',
    'steering/ttl.ts': '',
    'answer/respond.ts': '',
    'base/clock.ts': '',
  }

  it('nothing wrong in an import downwards', () => {
    assert.deepEqual(
      broken('zone/a.ts', "import { a } from '#base/clock.ts'\nimport './zone.ts'\n", neighbours),
      [],
    )
  })

  it('an import upwards, of types too', () => {
    const text = "import type {\n  Responder,\n} from '#answer/respond.ts'\n"
    assert.deepEqual(broken('zone/a.ts', text, neighbours), [
      'zone/a.ts: #answer/respond.ts: answer is on a higher floor than zone',
    ])
  })

  it('an import of a sibling', () => {
    assert.deepEqual(broken('zone/a.ts', "export * from '#steering/ttl.ts'\n", neighbours), [
      'zone/a.ts: #steering/ttl.ts: steering and zone are siblings',
    ])
  })

  it('a path that leaves the folder without #, in workers too', () => {
    const complaint = 'imports from another folder begin with #'
    assert.deepEqual(broken('answer/a.ts', "import '../zone/zone.ts'\n", neighbours), [
      `answer/a.ts: ../zone/zone.ts: ${complaint}`,
    ])
    assert.deepEqual(broken('answer/a.ts', "new Worker(new URL('../cli/x.ts', import.meta.url))\n"), [
      `answer/a.ts: ../cli/x.ts: ${complaint}`,
    ])
    assert.deepEqual(broken('zone/a.ts', "import '#zone/zone.ts'\n", neighbours), [
      'zone/a.ts: #zone/zone.ts: imports within a folder begin with ./',
    ])
  })

  it('what is not there, and a folder without a floor', () => {
    assert.deepEqual(
      broken('zone/a.ts', "import './gone.ts'\nimport '#base/gone.ts'\nimport '#new/a.ts'\n"),
      [
        'zone/a.ts: ./gone.ts: there is no such file',
        'zone/a.ts: #base/gone.ts: there is no such file',
        'zone/a.ts: #new/a.ts: the folder new has no floor',
      ],
    )
  })

  it('a package in the wrong folder', () => {
    assert.deepEqual(broken('serve/a.ts', "import koffi from 'koffi'\nimport('prom-client')\n"), [
      'serve/a.ts: koffi: only os knows this package',
      'serve/a.ts: prom-client: only admin knows this package',
    ])
    assert.deepEqual(broken('os/a.ts', "import koffi from 'koffi'\n"), [])
  })

  it('a file that is too long', () => {
    assert.deepEqual(broken('os/a.ts', '\n'.repeat(401)), ['os/a.ts: 401 lines are more than 400'])
    assert.deepEqual(broken('os/a.ts', '\n'.repeat(400)), [])
  })

  it('a circle, once, and none where a worker is started', () => {
    const two = { 'os/b.ts': "import './c.ts'\n", 'os/c.ts': "import type { A } from './a.ts'\n" }
    assert.deepEqual(broken('os/a.ts', "import './b.ts'\n", two), [
      'circle: os/a.ts > os/b.ts > os/c.ts > os/a.ts',
    ])
    const worker = { 'os/b.ts': "import './a.ts'\n" }
    assert.deepEqual(broken('os/a.ts', "new URL('./b.ts', import.meta.url)\n", worker), [])
  })

  it('specifiers in every form, and none in comments', () => {
    const text = `// import './no.ts'
/** import '#no/no.ts' */
import one, { type Two } from 'one'
export type { Three } from "./three.ts"
import 'node:four'
const five = await import('./five.ts')
const import6 = "a text with import 'in' it"
`
    assert.deepEqual(specifiersOf(text), ['one', './three.ts', 'node:four', './five.ts'])
  })
})
