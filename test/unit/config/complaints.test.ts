/** Each file in `cases/bad` gets exactly the complaints that stand in `cases/expected`. */
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { formatComplaint } from '#base/complaint.ts'
import { checkPath } from '#config/load.ts'
import { folderOf, linesOf } from './folder.ts'

const cases = join(import.meta.dirname, 'cases')

for (const file of readdirSync(join(cases, 'bad'))) {
  test(`complaints of ${file}`, async () => {
    const expected = await readFile(join(cases, 'expected', file.replace('.yaml', '.txt')), 'utf8')
    const { complaints } = await checkPath(join('bad', file), { cwd: cases, env: {} })
    assert.deepEqual(linesOf(complaints), expected.trimEnd().split('\n'))
  })
}

test('the line is shown with a caret under the value', async () => {
  await using folder = await folderOf({
    'lb.example.com.yaml': 'zone: lb.example.com\r\nnameservers: { ns1: 192.0.2.53 }\r\nnames:\r\n\u00a0',
    'a.example.yaml': 'zone: a.example\nnameservers:\n  ns1: 192.0.2.300 # wrong\n',
  })
  const { complaints } = await checkPath('a.example.yaml', { cwd: folder.path, env: {} })
  assert.deepEqual(complaints.map(formatComplaint), [
    'a.example.yaml:3:8: nameservers.ns1: 192.0.2.300 is not an IPv4 address\n    ns1: 192.0.2.300 # wrong\n         ^',
  ])
})

test('a pool of more addresses than one answer can hold', async () => {
  const many = (count: number): string =>
    Array.from({ length: count }, (_, i) => `"2001:db8::${i.toString(16)}:1"`).join(', ')
  const zone = (count: number): string =>
    `zone: a.example\nnameservers: { ns1: 192.0.2.53 }\npools:\n  p: { endpoints: [{ name: a, address: [${many(count)}] }] }\nnames:\n  w: { pool: p }\n`
  await using folder = await folderOf({ 'fits.yaml': zone(2330), 'not.yaml': zone(2331) })
  const at = { cwd: folder.path, env: {} }
  assert.deepEqual((await checkPath('fits.yaml', at)).complaints, [])
  assert.deepEqual(linesOf((await checkPath('not.yaml', at)).complaints), [
    'not.yaml:4:19: pools.p.endpoints: 2331 IPv6 addresses do not fit into one answer; at most 2330',
  ])
})

test('keys that are maps within maps, and more faults than anybody reads', async () => {
  const head = 'zone: a.example\nnameservers: { ns1: 192.0.2.53 }\n'
  await using folder = await folderOf({
    'keys.yaml': `${head}names: ${'? '.repeat(2000)}`,
    'twice.yaml': `${head}names: { ${'a: 1, '.repeat(20_000)} }`,
    'pools.yaml': `${head}pools:\n${Array.from({ length: 5000 }, (_, i) => `  p${i}: { policy: none }\n`).join('')}`,
  })
  const complain = async (path: string): Promise<string[]> =>
    linesOf((await checkPath(path, { cwd: folder.path, env: {} })).complaints)
  const keys = await complain('keys.yaml')
  assert.ok(keys.some(line => line.endsWith('a key must be a text; put an address with brackets in quotes')))
  for (const file of ['twice.yaml', 'pools.yaml']) {
    const lines = await complain(file)
    assert.ok(lines.length >= 1001 && lines.length <= 2002, `${lines.length}`)
    assert.equal(lines[0], `${file}: there are more than 1000 errors; these are the first`)
  }
})

test('what is no zone and no configuration', async () => {
  await using folder = await folderOf({
    'notes.txt': '',
    'latin.yaml': Uint8Array.from([0x7a, 0xff]),
    'folder.zone/x': '',
    'deep.yaml': `zone: ${'['.repeat(10_000)}`,
    'list.yaml': '- zone',
  })
  const complain = async (path: string): Promise<string[]> =>
    linesOf((await checkPath(path, { cwd: folder.path, env: {} })).complaints)
  assert.deepEqual(await complain('notes.txt'), [
    'notes.txt: is neither a folder nor a *.yaml or *.zone file',
  ])
  assert.deepEqual(await complain('latin.yaml'), ['latin.yaml: is not text in UTF-8'])
  assert.deepEqual(await complain('gone.yaml'), ['gone.yaml: no such file'])
  assert.deepEqual(
    await complain('folder.zone'),
    ['folder.zone: holds no zones: no *.yaml and no *.zone'].map(warned),
  )
  assert.match((await complain('deep.yaml')).join('\n'), /^deep\.yaml/)
  assert.ok((await complain('list.yaml')).includes('list.yaml:1:1: expected keys with values, found a list'))
})

function warned(text: string): string {
  return text.replace(': ', ': warning: ')
}
