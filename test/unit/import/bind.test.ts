/** Zones of BIND: what a master file includes is in the zone as it was, and large files are read with progress. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { type ImportRequest, importFiles } from '#import/import.ts'
import { SOURCES } from '#import/sources.ts'
import { TempFolder } from '#test/temp-folder.ts'
import { name, nameToText } from '#wire/name.ts'
import { dataToText } from '#wire/record-data.ts'
import { typeToText } from '#wire/types.ts'
import { type IncludeAnswer, readMasterFile } from '#zone/master-file.ts'

const ORIGIN = name('example.com')
const SOA = '@ 60 SOA ns hostmaster 1 7200 900 1209600 300\n'

/** Every record with its owner and TTL, as the reader of master files has them. */
function recordsOf(file: string, texts: Readonly<Record<string, string>>): string[] {
  const include = (path: string): IncludeAnswer => {
    const text = texts[path]
    return text === undefined
      ? { problem: 'no such file' }
      : { path, file: path, bytes: Buffer.from(text), id: path }
  }
  const options = { file, origin: ORIGIN, expectOrigin: ORIGIN }
  const { zone, complaints } = readMasterFile(Buffer.from(texts[file] ?? ''), options, ({ path }) =>
    include(path),
  )
  assert.deepEqual(
    complaints.filter(({ severity }) => severity === 'error'),
    [],
  )
  return [...(zone?.nodes ?? [])].flatMap(([owner, node]) =>
    [...node.values()].flatMap(({ type, ttl, data }) =>
      data.map(one => `${nameToText(owner)} ${ttl} ${typeToText(type)} ${dataToText(type, one)}`),
    ),
  )
}

async function convert(
  texts: Readonly<Record<string, string>>,
  progress?: ImportRequest['progress'],
): Promise<Record<string, string>> {
  await using folder = await TempFolder.open()
  for (const [file, text] of Object.entries(texts)) await folder.file(file, text)
  await folder.file('named.conf', 'zone example.com { type primary; file "main.db"; };')
  const { files, complaints } = await importFiles({
    source: SOURCES.bind,
    paths: ['named.conf'],
    cwd: folder.path,
    ...(progress === undefined ? {} : { progress }),
  })
  assert.deepEqual(
    complaints.filter(({ severity }) => severity === 'error'),
    [],
  )
  return Object.fromEntries(files.map(one => [one.name, one.text]))
}

const INCLUDING: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'an owner that comes back after each file': {
    'main.db': `${SOA}a A 192.0.2.1\n$INCLUDE b.db\n TXT of-a\n$INCLUDE b.db sub\n$INCLUDE blank.db\n TXT of-a-too\n`,
    'b.db': 'b TXT of-b\n$INCLUDE blank.db deeper\n TXT of-b-too',
    'blank.db': ' TXT blank\nother TXT other\n',
  },
  'an origin that comes back, and one that is relative to it': {
    'main.db': `${SOA}$ORIGIN x\n$INCLUDE o.db y\nhere A 192.0.2.1\n$ORIGIN z\nthere A 192.0.2.2\n`,
    'o.db': '@ A 192.0.2.3\n$ORIGIN w\nin A 192.0.2.4\n$ORIGIN example.com.\ntop A 192.0.2.5\n',
  },
  'TTLs that go on': {
    'main.db': `${SOA}a A 192.0.2.1\n$INCLUDE t.db\nc A 192.0.2.3\nd 5 A 192.0.2.4\ne A 192.0.2.5\n`,
    't.db': 'b A 192.0.2.2\n$TTL 1h30m\nb2 A 192.0.2.9\n',
  },
  'lines that are hard to tell apart': {
    'main.db': `${SOA}a TXT "$INCLUDE no.db ; no" ; $INCLUDE no.db\n  $INCLUDE ( "odd \\"name"\n y ) ; here\n\n; comment\n\t(\n TXT again )\nq TXT ( "(" ; )\n ")" )\n$include empty.db\n TXT q\n`,
    'odd "name': '; é, not ASCII\n(\n) \n\\195\\188 TXT é\n',
    'empty.db': '',
  },
}

describe('import bind', { concurrency: true }, () => {
  for (const [what, texts] of Object.entries(INCLUDING))
    it(`puts included files in their place: ${what}`, async () => {
      const made = await convert(texts)
      assert.deepEqual(Object.keys(made), ['example.com.zone'])
      assert.doesNotMatch(made['example.com.zone'] ?? '', /^\s*\$INCLUDE/im)
      assert.deepEqual(recordsOf('example.com.zone', made), recordsOf('main.db', texts))
    })

  it('reads 100,000 sets, with progress', async () => {
    const lines = Array.from({ length: 100_000 }, (_, n) => `h${n} A 192.0.2.${n % 250}\n`)
    const parts: number[] = []
    const made = await convert({ 'main.db': `${SOA}${lines.join('')}` }, (_, part) => parts.push(part))
    assert.equal(made['example.com.zone']?.split('\n').filter(line => line.startsWith('h')).length, 100_000)
    assert.ok(parts.length >= 20)
    assert.deepEqual(
      parts,
      parts.toSorted((a, b) => a - b),
    )
    assert.ok(parts.every(part => part > 0 && part <= 1))
  })

  it('follows directory for what comes behind it', async () => {
    await using folder = await TempFolder.open()
    await folder.file('etc/named.conf', 'include "first.conf"; include "more.conf";')
    await folder.file('etc/first.conf', 'options { directory "../data"; };')
    await folder.file('data/more.conf', 'zone example.com { type primary; file "example.db"; };')
    await folder.file('data/example.db', `${SOA}@ 60 NS ns.example.net.\n`)
    const { files } = await importFiles({
      source: SOURCES.bind,
      paths: ['etc/named.conf'],
      cwd: folder.path,
    })
    assert.deepEqual(
      files.map(one => one.name),
      ['example.com.zone'],
    )
    assert.match(await readFile(join(folder.path, 'data/example.db'), 'utf8'), /^@ 60 SOA/)
  })
})
