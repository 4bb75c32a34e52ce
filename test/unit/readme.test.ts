/** The README says what is so: its configuration loads, its commands exist. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { ROOT_FOLDER, runUnderstudy } from '#test/child.ts'
import { type CodeBlock, commandsOf, fileOf, readmeBlocks } from '#test/readme.ts'
import { TempFolder } from '#test/temp-folder.ts'

/** Programs that an administrator has anyway. */
const FOREIGN = [
  'grep',
  'jq',
  'head',
  'cd',
  'git',
  'dig',
  'curl',
  'docker',
  'sudo',
  'kill',
  'systemctl',
  'cp',
  'mkdir',
  'sysctl',
  'npm',
  'npx',
  'node',
]

const blocks = readmeBlocks()
const scripts = (
  JSON.parse(readFileSync(`${ROOT_FOLDER}package.json`, 'utf8')) as { scripts: Record<string, string> }
).scripts

/** A folder that holds the files of all blocks, those of the given one last. */
async function folderWith(block: CodeBlock): Promise<TempFolder> {
  const folder = await TempFolder.open()
  for (const one of [...blocks, block]) {
    const file = fileOf(one)
    if (file !== undefined) await folder.file(file, one.text)
  }
  return folder
}

describe('the README', { concurrency: true }, () => {
  it('has configuration and commands to test', () => {
    assert.ok(blocks.some(({ language }) => language === 'yaml'))
    assert.ok(blocks.some(({ language }) => language === 'sh'))
  })

  for (const block of blocks.filter(({ language }) => language === 'yaml')) {
    const file = fileOf(block)
    if (file?.startsWith('zones/') !== true && file !== 'understudy.yaml') continue
    it(`loads without complaint what stands at line ${block.line}, ${file}`, async () => {
      await using folder = await folderWith(block)
      const { code, stderr } = await runUnderstudy(['check', file], { cwd: folder.path })
      assert.equal(stderr, '')
      assert.equal(code, 0)
    })
  }

  for (const block of blocks.filter(({ language }) => language === 'sh')) {
    for (const command of commandsOf(block).flatMap(splitCommand)) {
      it(`names a command that exists: ${command}`, async () => {
        const [program = '', ...args] = command.split(/\s+/)
        if (program === 'npm' && args[0] !== 'ci' && args[0] !== 'install') assertScript(args)
        else if (program === 'understudy') await assertCommand(args)
        else if (program === 'npx') await assertCommand(args.slice(args.indexOf('understudy') + 1))
        else if (program === 'node') assert.ok(existsSync(ROOT_FOLDER + args[0]), `${args[0]} is not there`)
        else assert.ok(FOREIGN.includes(program), `${program} is not known to this test`)
      })
    }
  }
})

function splitCommand(line: string): string[] {
  return line.split(/\s(?:&&|\|\||[|;])\s/).map(part => part.trim())
}

function assertScript([first = '', second = '']: readonly string[]): void {
  const script = first === 'run' ? second : first
  assert.ok(scripts[script] !== undefined, `package.json has no script ${script}`)
}

/** The command and each of its options stand in its help. */
async function assertCommand(args: readonly string[]): Promise<void> {
  const command = args.find(arg => !arg.startsWith('-'))
  const { code, stdout } = await runUnderstudy([...(command === undefined ? [] : [command]), '--help'])
  assert.equal(code, 0)
  for (const option of args.filter(arg => arg.startsWith('--'))) {
    const name = option.split('=')[0] ?? ''
    assert.match(stdout, new RegExp(`${name}\\b`), `there is no ${name}`)
  }
}
