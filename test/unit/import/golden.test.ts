/**
 * Conversions as they stand in `golden/SOURCE/CASE/`: the files that are imported, and `expected.txt` with all that comes of them. `arguments.json` says the
 * order of the files (`files`, else by name) and `--zone` (`zone`).
 *
 * After a change that is meant: UPDATE_GOLDEN=1 node bin/node.js --test test/unit/import/golden.test.ts, and read the difference.
 */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { formatComplaint } from '#base/complaint.ts'
import { importFiles } from '#import/import.ts'
import { countFindings, reportLines } from '#import/report.ts'
import type { SourceName } from '#import/source-names.ts'
import { SOURCES } from '#import/sources.ts'
import { lowerCase, name } from '#wire/name.ts'

const GOLDEN = new URL('golden/', import.meta.url)
const EXPECTED = 'expected.txt'
const ARGUMENTS = 'arguments.json'
const IS_UPDATE = process.env['UPDATE_GOLDEN'] === '1'

interface Arguments {
  readonly files?: readonly string[]
  readonly zone?: string
}

/** All that the command would print and write. */
async function convert(source: SourceName, folder: URL): Promise<string> {
  const given = new URL(ARGUMENTS, folder)
  const { files, zone }: Arguments = existsSync(given) ? JSON.parse(readFileSync(given, 'utf8')) : {}
  const result = await importFiles({
    source: SOURCES[source],
    paths: files ?? readdirSync(folder).filter(one => one !== EXPECTED && one !== ARGUMENTS),
    cwd: folder.pathname,
    ...(zone === undefined ? {} : { zone: lowerCase(name(zone)) }),
  })
  const parts = result.files.map(file => `==> ${file.name}\n${file.text}`)
  const complaints = result.complaints.map(one => `${formatComplaint(one)}\n`).join('')
  if (complaints !== '') parts.push(`==> complaints\n${complaints}`)
  const report = [...reportLines(result.findings), countFindings(result.findings)].join('\n')
  return `${parts.join('\n')}\n==> report\n${report}\n`
}

for (const source of Object.keys(SOURCES) as SourceName[]) {
  describe(`import ${source}`, () => {
    const cases = new URL(`${source}/`, GOLDEN)
    for (const one of readdirSync(cases)) {
      it(one, async () => {
        const folder = new URL(`${one}/`, cases)
        const actual = await convert(source, folder)
        const expected = new URL(EXPECTED, folder)
        if (IS_UPDATE) writeFileSync(expected, actual)
        assert.equal(actual, readFileSync(expected, 'utf8'))
      })
    }
  })
}
