import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { it } from 'node:test'
import { openFilesLimit } from '#os/open-files.ts'
import { probesAtOnce } from '#probe/at-once.ts'

it('as many probes run at once as there may be open files for, from 512 to 4,096', () => {
  const limits = [undefined, 256, 1024, 2560, 4096, 6144, 65_536, Number.POSITIVE_INFINITY]
  assert.deepEqual(limits.map(probesAtOnce), [512, 512, 512, 512, 2048, 4096, 4096, 4096])
})

it('the limit of open files is that of the process', { skip: process.platform !== 'linux' }, () => {
  const code = `import { openFilesLimit } from '#os/open-files.ts'; console.log(openFilesLimit())`
  const args = ['-c', 'ulimit -n 700; exec "$0" --input-type=module -e "$1"', process.execPath, code]
  assert.equal(execFileSync('sh', args, { encoding: 'utf8' }).trim(), '700')
  assert.ok((openFilesLimit() ?? 0) > 0)
})
