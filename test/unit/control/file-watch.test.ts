/** Changes of files, noticed when they are over. */
import assert from 'node:assert/strict'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { it } from 'node:test'
import { FileWatch } from '#control/file-watch.ts'
import { TempFolder } from '#test/temp-folder.ts'

const QUIET_MS = 30

async function watching(folder: TempFolder) {
  const faults: string[] = []
  let told = 0
  let tell = Promise.withResolvers<void>()
  const files = new FileWatch({
    folder: join(folder.path, 'zones'),
    file: join(folder.path, 'understudy.yaml'),
    quietMs: QUIET_MS,
    onQuiet() {
      told++
      tell.resolve()
    },
    onFault: why => faults.push(why),
  })
  return {
    faults,
    get told() {
      return told
    },
    /** What the work changes is noticed. */
    async after(work: () => Promise<unknown>): Promise<void> {
      tell = Promise.withResolvers<void>()
      await work()
      await tell.promise
    },
    [Symbol.dispose]: () => files.close(),
  }
}

it('files that are written, replaced, removed, and in folders below; the one beside the folder too', async () => {
  await using folder = await TempFolder.open()
  await folder.file('zones/a.yaml', 'a')
  await folder.file('understudy.yaml', 'a')
  using files = await watching(folder)
  await files.after(() => folder.file('zones/a.yaml', 'b'))
  await files.after(() => folder.file('zones/below/b.zone', 'b'))
  await files.after(async () => {
    await folder.file('zones/.a.tmp', 'c')
    await rename(join(folder.path, 'zones/.a.tmp'), join(folder.path, 'zones/a.yaml'))
  })
  await files.after(() => rm(join(folder.path, 'zones/a.yaml')))
  await files.after(() => folder.file('understudy.yaml', 'b'))
  assert.deepEqual(files.faults, [])
})

it('many changes are told of once, when they are over', async () => {
  await using folder = await TempFolder.open()
  await folder.file('zones/a.yaml', 'a')
  using files = await watching(folder)
  await files.after(async () => {
    for (let i = 0; i < 50; i++) await folder.file(`zones/z${i}.zone`, 'x')
  })
  assert.ok(files.told <= 2, `${files.told} times`)
})

it('a folder in the place of another one', async () => {
  await using folder = await TempFolder.open()
  await folder.file('zones/a.yaml', 'a')
  using files = await watching(folder)
  await files.after(() => rename(join(folder.path, 'zones/a.yaml'), join(folder.path, 'zones/b.yaml')))
  await files.after(() => writeFile(join(folder.path, 'zones/b.yaml'), 'b'))
  await mkdir(join(folder.path, 'other'))
  assert.equal(files.told, 2)
})

it('what cannot be watched is told of', async () => {
  await using folder = await TempFolder.open()
  using files = await watching(folder)
  assert.match(files.faults.join(), /no such file/)
})
