/** Files that master files include: where they may lie, and what a zone is that only others include. */
import assert from 'node:assert/strict'
import { symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { checkPath, type Loaded } from '#config/load.ts'
import { nameToText } from '#wire/name.ts'
import { type Folder, folderOf, linesOf } from './folder.ts'

const HEAD = '$TTL 1h\n@ SOA ns1 host 1 2h 15m 2w 5m\n@ NS ns1\nns1 A 192.0.2.53\n'

function load(folder: Folder): Promise<Loaded> {
  return checkPath('zones', { cwd: folder.path, env: {} })
}

function zonesOf({ configuration }: Loaded): [string, number][] {
  return (configuration?.zones ?? []).map(({ zone }) => [nameToText(zone.origin), zone.recordCount])
}

test('files are found from the file that includes them', async () => {
  await using folder = await folderOf({
    'zones/a.example.zone': `${HEAD}$INCLUDE parts/one.inc`,
    'zones/parts/one.inc': 'x A 192.0.2.1\n$INCLUDE two.inc\n$INCLUDE ../parts/two.inc sub',
    'zones/parts/two.inc': 'y A 192.0.2.2',
  })
  const loaded = await load(folder)
  assert.deepEqual(linesOf(loaded.complaints), [])
  assert.deepEqual(zonesOf(loaded), [['a.example.', 6]])
})

test('a file without SOA that another includes is no zone, whatever its name', async () => {
  await using folder = await folderOf({
    'zones/a.example.zone': `${HEAD}$INCLUDE common.zone`,
    'zones/b.example.yaml': 'zone: b.example\nrecords: b.records.zone\n',
    'zones/b.records.zone': `${HEAD}$INCLUDE common.zone`,
    'zones/common.zone': 'x 5 A 192.0.2.1',
  })
  const loaded = await load(folder)
  assert.deepEqual(linesOf(loaded.complaints), [])
  assert.deepEqual(zonesOf(loaded), [
    ['b.example.', 4],
    ['a.example.', 4],
  ])
})

test('what is a zone of its own stays one, though another includes it by mistake', async () => {
  await using folder = await folderOf({
    'zones/a.example.zone': HEAD,
    'zones/b.example.zone': `${HEAD}$INCLUDE a.example.zone`,
  })
  const loaded = await load(folder)
  assert.deepEqual(linesOf(loaded.complaints), [
    'zones/a.example.zone:2:1: a second SOA: the first is on zones/b.example.zone:2',
    'zones/a.example.zone:3:1: warning: the same record stands here more than once',
    'zones/a.example.zone:4:1: warning: the same record stands here more than once',
  ])
  assert.deepEqual(zonesOf(loaded), [['a.example.', 3]])
})

test('complaints name the file as seen from the working folder', async () => {
  await using folder = await folderOf({
    'zones/a.example.zone': `${HEAD}$INCLUDE parts/one.inc\n$INCLUDE parts\n$INCLUDE nowhere.inc\n$INCLUDE a.example.zone`,
    'zones/parts/one.inc': '\nx A bad',
  })
  assert.deepEqual(linesOf((await load(folder)).complaints), [
    'zones/a.example.zone:6:10: $INCLUDE "parts": is a folder, not a file',
    'zones/a.example.zone:7:10: $INCLUDE "nowhere.inc": no such file',
    'zones/a.example.zone:8:10: $INCLUDE "a.example.zone": includes itself',
    'zones/parts/one.inc:2:5: A address: "bad" is not an IPv4 address',
  ])
})

test('nothing is read from outside of the folder of zones: by path, by link, by a folder whose name begins alike', async () => {
  await using folder = await folderOf({
    'zones/a.example.zone': `${HEAD}$INCLUDE ../secret\n$INCLUDE link\n$INCLUDE folder/secret\n$INCLUDE ../zones-old/secret\n$INCLUDE /etc/passwd`,
    secret: 'password',
    'zones-old/secret': 'password',
  })
  await symlink('../secret', join(folder.path, 'zones/link'))
  await symlink('..', join(folder.path, 'zones/folder'))
  assert.deepEqual(
    linesOf((await load(folder)).complaints),
    ['../secret', 'link', 'folder/secret', '../zones-old/secret', '/etc/passwd'].map(
      (path, i) =>
        `zones/a.example.zone:${5 + i}:10: $INCLUDE "${path}": is outside of the folder of zones, zones`,
    ),
  )
})

test('links within the folder of zones are followed, and the folder itself may be one', async () => {
  await using folder = await folderOf({
    'real/data/a.example.zone': `${HEAD}$INCLUDE one.inc`,
    'real/data/one.inc': 'x A 192.0.2.1\n$INCLUDE one.inc',
  })
  await symlink('real', join(folder.path, 'zones'))
  await symlink('data/a.example.zone', join(folder.path, 'real/a.example.zone'))
  await symlink('data/one.inc', join(folder.path, 'real/one.inc'))
  const loaded = await load(folder)
  assert.deepEqual(linesOf(loaded.complaints), ['zones/one.inc:2:10: $INCLUDE "one.inc": includes itself'])
})

test('the digest is of the files included too', async () => {
  await using folder = await folderOf({
    'zones/a.example.zone': `${HEAD}$INCLUDE one.inc`,
    'zones/one.inc': 'x A 192.0.2.1',
  })
  const before = (await load(folder)).configuration?.digest
  assert.equal((await load(folder)).configuration?.digest, before)
  await writeFile(join(folder.path, 'zones/one.inc'), 'x A 192.0.2.2')
  assert.notEqual((await load(folder)).configuration?.digest, before)
})

test('a managed name that an included file or a generated record has too', async () => {
  await using folder = await folderOf({
    'zones/a.example.yaml':
      'zone: a.example\nrecords: a.records.zone\nnames:\n  www: { failover: [192.0.2.1] }\n  h2: { failover: [192.0.2.1] }\n  free: { failover: [192.0.2.1] }\n',
    'zones/a.records.zone': `${HEAD}@ MX 10 free\n$GENERATE 1-3 h$ A 192.0.2.$\n$INCLUDE www.inc`,
    'zones/www.inc': '\nwww TXT a\n    A 192.0.2.1',
  })
  assert.deepEqual(
    linesOf((await load(folder)).complaints).filter(line => !line.includes('.yaml:')),
    [
      'zones/a.records.zone:6:1: h2.a.example.: A of a name that zones/a.example.yaml manages',
      'zones/www.inc:3:5: www.a.example.: A of a name that zones/a.example.yaml manages',
    ],
  )
})
