/** `understudy import SOURCE FILE...`: the set-up of another system as zone files. */
import { resolve } from 'node:path'
import { importFiles } from '#import/import.ts'
import { countFindings, reportLines } from '#import/report.ts'
import { save } from '#import/save.ts'
import type { SourceName } from '#import/source-names.ts'
import { SOURCES } from '#import/sources.ts'
import type { OutputFile } from '#import/write.ts'
import type { Name } from '#wire/name.ts'
import { countComplaints, printComplaints } from './complaints.ts'
import { ProgressBar } from './progress-bar.ts'

/** Of files that have been written; more is not read. */
const MAX_NAMES = 20

export interface ImportOptions {
  readonly out?: string
  readonly zone?: Name
}

/** Gives the exit code: 1 where anything is wrong, or something of meaning was lost. */
export async function importZones(
  source: SourceName,
  paths: readonly string[],
  { out, zone }: ImportOptions,
): Promise<number> {
  const cwd = process.cwd()
  const bar = new ProgressBar(process.stderr)
  const { files, findings, complaints } = await importFiles({
    source: SOURCES[source],
    paths,
    cwd,
    ...(zone === undefined ? {} : { zone }),
    progress: (file, part) => bar.show(file, part),
  })
  bar.clear()
  printComplaints(complaints)
  if (complaints.some(({ severity }) => severity === 'error'))
    return wrong(`${countComplaints(complaints)}; nothing is written`)
  if (out === undefined) process.stdout.write(joined(files))
  else {
    const problems = await save(resolve(cwd, out), files)
    for (const problem of problems) process.stderr.write(`${problem}\n`)
    if (problems.length > 0) return wrong('nothing is written')
  }
  for (const line of reportLines(findings)) process.stderr.write(`${line}\n`)
  const written = out === undefined ? '' : `${namesOf(files)} in ${out}; `
  process.stderr.write(`${written}${countFindings(findings)}\n`)
  return findings.count('lost') > 0 ? 1 : 0
}

function namesOf(files: readonly OutputFile[]): string {
  const names = files.slice(0, MAX_NAMES).map(({ name }) => name)
  return `${names.join(', ')}${files.length > MAX_NAMES ? ` and ${files.length - MAX_NAMES} more` : ''}`
}

function wrong(what: string): number {
  process.stderr.write(`wrong: ${what}\n`)
  return 1
}

/** One file as it is; several with their names between them. */
function joined(files: readonly OutputFile[]): string {
  const [only] = files
  if (files.length === 1 && only !== undefined) return only.text
  return files
    .map(({ name, text }) => `${name.endsWith('.zone') ? ';' : '#'} ---- ${name}\n${text}`)
    .join('\n')
}
