/** One server for each state. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, it } from 'node:test'
import { lockState } from '#store/lock.ts'
import { temporaryFolder } from './helpers.ts'

const CHILD = new URL('./child.ts', import.meta.url).pathname

describe('lock', () => {
  it('is had once at a time, in a folder made for it', () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'new', 'understudy.db')
    const first = lockState(path)
    assert.ok('release' in first)
    assert.deepEqual(lockState(path), { heldBy: `process ${process.pid}` })
    first.release()
    const second = lockState(path)
    assert.ok('release' in second)
    second.release()
  })

  it('is not had beside another process, and given back by the kernel when that is killed', async () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'understudy.db')
    const child = spawn(process.execPath, [CHILD, 'lock', path], { stdio: ['ignore', 'pipe', 'inherit'] })
    const exited = once(child, 'exit')
    try {
      assert.deepEqual(await once(createInterface(child.stdout), 'line'), ['{}'])
      assert.deepEqual(lockState(path), { heldBy: `process ${child.pid}` })
    } finally {
      child.kill('SIGKILL')
      await exited
    }
    const lock = lockState(path)
    assert.ok('release' in lock)
    lock.release()
  })

  it('says so where the holder is not known', () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'understudy.db')
    const lock = lockState(path)
    writeFileSync(`${path}.pid`, 'no number\n')
    assert.deepEqual(lockState(path), { heldBy: 'another process' })
    if ('release' in lock) lock.release()
  })

  it('throws where it cannot be made', () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'understudy.db')
    mkdirSync(`${path}.lock`)
    assert.throws(() => lockState(path), /unable to open/)
    writeFileSync(join(folder.path, 'file'), '')
    assert.throws(() => lockState(join(folder.path, 'file', 'understudy.db')), /ENOTDIR|EEXIST/)
  })
})
