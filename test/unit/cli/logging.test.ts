/** The log as its readers have it: those that read, those that stop reading, and those that are gone. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { describe, it } from 'node:test'

const CHILD = new URL('./logger-child.ts', import.meta.url).pathname
/** More than any pipe holds. */
const MANY = 5000
/** As many as a pipe holds, so that nothing depends on how soon they are read. */
const FEW = 200

function logger(format: 'json' | 'pretty', lines: number): ChildProcess & AsyncDisposable {
  const child = spawn(process.execPath, [CHILD, format, String(lines)], { stdio: ['ignore', 'pipe', 'pipe'] })
  const exited = once(child, 'exit')
  const dispose = async (): Promise<void> => {
    child.kill('SIGKILL')
    await exited
  }
  return Object.assign(child, { [Symbol.asyncDispose]: dispose })
}

for (const format of ['json', 'pretty'] as const) {
  describe(`the log as ${format}`, { timeout: 30_000 }, () => {
    it('is read to its last line', async () => {
      await using child = logger(format, FEW)
      assert.ok(child.stdout !== null)
      const lines = (await text(child.stdout)).trimEnd().split('\n')
      assert.match(lines.at(-1) ?? '', new RegExp(`line ${FEW} of ${FEW}|line: ${FEW}$`))
      assert.equal(lines.filter(line => line.includes(` of ${FEW}`)).length, FEW)
    })

    it('does not hold up the end of the process when its reader has stopped reading', async () => {
      await using child = logger(format, MANY)
      assert.deepEqual(await once(child, 'exit'), [7, null])
    })

    it('does not hold up the end of the process when its reader is gone', async () => {
      await using child = logger(format, MANY)
      child.stdout?.destroy()
      assert.deepEqual(await once(child, 'exit'), [7, null])
    })
  })
}
