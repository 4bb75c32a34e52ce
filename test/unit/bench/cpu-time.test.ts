import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { cpuSeconds, processTree } from '../../../bench/cpu-time.ts'

const linux = { skip: process.platform !== 'linux' }

test('the tree holds a process and what it has started', linux, async () => {
  const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'])
  try {
    assert.deepEqual(processTree(child.pid ?? 0), [child.pid])
    assert.ok(processTree(process.pid).includes(child.pid ?? 0))
  } finally {
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
})

test('work adds to the processor time', linux, () => {
  const before = cpuSeconds([process.pid])
  const usedBefore = process.cpuUsage()
  while (process.cpuUsage(usedBefore).user + process.cpuUsage(usedBefore).system < 20_000);
  assert.ok(cpuSeconds([process.pid]) > before)
})
