/** Each zone in `bad` is refused, with exactly the complaints that stand beside it. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { formatComplaint } from '#base/complaint.ts'
import { name } from '#wire/name.ts'
import { readMasterFile } from '#zone/master-file.ts'

const folder = join(import.meta.dirname, 'bad')

for (const file of readdirSync(folder).filter(one => one.endsWith('.zone'))) {
  test(`complaints of ${file}`, () => {
    const expected = readFileSync(join(folder, file.replace('.zone', '.txt')), 'utf8')
    const { zone, complaints } = readMasterFile(
      readFileSync(join(folder, file)),
      { file, origin: name('example.test.') },
      ({ path }) =>
        existsSync(join(folder, path))
          ? { path, file: path, bytes: readFileSync(join(folder, path)), id: path }
          : { problem: 'no such file' },
    )
    assert.equal(zone, undefined)
    assert.ok(complaints.some(({ severity }) => severity === 'error'))
    const lines = complaints.map(({ excerpt, ...complaint }) => formatComplaint(complaint))
    assert.deepEqual(lines, expected.trimEnd().split('\n'))
  })
}
