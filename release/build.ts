/**
 * Makes `dist/` of the sources, before `npm pack`: Node strips no types below node_modules, so that a package holds JavaScript.
 *
 * Specifiers such as `#base/clock.ts` stay as they are: `dist/package.json` says where they lead.
 */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SCRIPTS, SHELLS, type Shell } from '#cli/completion.ts'
import { program } from '#cli/program.ts'
import { manPage } from './man-page.ts'

const ROOT = join(import.meta.dirname, '..')
const DIST = join(ROOT, 'dist')
/** What of the sources is no TypeScript. */
const AS_THEY_ARE = ['admin/page']
/** As the folders in which shells look by themselves want them called. */
const COMPLETIONS: Readonly<Record<Shell, string>> = {
  bash: 'understudy.bash',
  zsh: '_understudy',
  fish: 'understudy.fish',
}

interface Manifest {
  readonly version: string
  readonly imports: Readonly<Record<string, string>>
}

const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest
rmSync(DIST, { recursive: true, force: true })
execFileSync(join(ROOT, 'node_modules/.bin/tsc'), ['--project', join(ROOT, 'release')], { stdio: 'inherit' })
for (const path of AS_THEY_ARE) cpSync(join(ROOT, 'src', path), join(DIST, path), { recursive: true })
const imports = Object.entries(manifest.imports)
  .filter(([, target]) => target.startsWith('./src/'))
  .map(([name, target]) => [`${name}.ts`, `${target.replace('./src/', './')}.js`])
writeFileSync(
  join(DIST, 'package.json'),
  `${JSON.stringify({ type: 'module', imports: Object.fromEntries(imports) }, undefined, 2)}\n`,
)
mkdirSync(join(DIST, 'man'))
writeFileSync(
  join(DIST, 'man/understudy.1'),
  manPage(
    program(() => undefined),
    manifest.version,
  ),
)
mkdirSync(join(DIST, 'completions'))
for (const shell of SHELLS) writeFileSync(join(DIST, 'completions', COMPLETIONS[shell]), SCRIPTS[shell])
