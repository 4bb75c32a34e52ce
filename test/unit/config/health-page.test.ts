/** The examples of docs/health.md are configurations. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { checkPath } from '#config/load.ts'
import { ROOT_FOLDER } from '#test/child.ts'
import { folderOf, linesOf } from './folder.ts'

const page = readFileSync(`${ROOT_FOLDER}docs/health.md`, 'utf8')
const examples = Array.from(page.matchAll(/```yaml\n(checks:\n[\s\S]*?)```/g), ([, example]) => example ?? '')

test('the checks that docs/health.md shows', async () => {
  assert.ok(examples.length >= 4)
  for (const example of examples) {
    await using folder = await folderOf({
      'a.test.yaml': `zone: a.test\nnameservers: { ns1: 192.0.2.53 }\n${example}`,
      'secrets/beat': 'correct-horse-battery-staple',
    })
    const { complaints } = await checkPath('a.test.yaml', { cwd: folder.path, env: {} })
    const others = linesOf(complaints).filter(line => !line.endsWith('no pool uses this check'))
    assert.deepEqual(others, [], example)
  }
})
