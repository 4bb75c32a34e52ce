/** Folders are made with what is missing above them, or it is said why not. */
import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { makeFolder } from '#base/make-folder.ts'
import { TempFolder } from '#test/temp-folder.ts'

describe('makeFolder', () => {
  it('makes all that is missing, for its owner alone where told, and leaves what is there', async () => {
    await using folder = await TempFolder.open()
    const path = join(folder.path, 'a', 'b', 'c')
    makeFolder(path, 0o700)
    makeFolder(path)
    makeFolder(`${path}/`)
    makeFolder('/')
    for (const one of [path, join(folder.path, 'a')]) assert.equal(statSync(one).mode & 0o7777, 0o700)
  })

  it('says what the system says', async () => {
    await using folder = await TempFolder.open()
    await folder.file('file', '')
    assert.throws(() => makeFolder(join(folder.path, 'file')), { code: 'EEXIST' })
    assert.throws(() => makeFolder(join(folder.path, 'file', 'a', 'b')), { code: 'ENOTDIR' })
    // Linux: what is no folder of a file system is told as if it were missing.
    if (process.platform === 'linux')
      for (const path of ['/proc/none', '/proc/none/a'])
        assert.throws(() => makeFolder(path), { code: 'ENOENT' })
  })
})
