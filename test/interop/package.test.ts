/** The packed program as others get it: installed into a clean folder, without a checkout, on each Node that it is promised for. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { promisify } from 'node:util'
import { TempFolder } from '#test/temp-folder.ts'

const run = promisify(execFile)
const ROOT = join(import.meta.dirname, '../..')
const TIMEOUT = { timeout: 120_000 }
/** The oldest line that is promised; the newest is what runs this test. */
const NODE_24 = `node-${process.platform}-${process.arch}@24.21.0`

describe('the package', () => {
  let folder: TempFolder
  let app: string
  let program: string

  before(async () => {
    folder = await TempFolder.open()
    const [work, tools] = [join(folder.path, 'app'), join(folder.path, 'tools')]
    app = work
    await run('npm', ['run', 'build'], { cwd: ROOT })
    const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder.path], { cwd: ROOT })
    const [{ filename }] = JSON.parse(stdout) as [{ filename: string }]
    await folder.file('app/package.json', '{ "private": true }')
    await folder.file('tools/package.json', '{ "private": true }')
    await run('npm', ['install', '--no-audit', '--no-fund', join(folder.path, filename)], { cwd: app })
    await run('npm', ['install', '--no-audit', '--no-fund', NODE_24], { cwd: tools })
    program = await realpath(join(app, 'node_modules/.bin/understudy'))
  }, TIMEOUT)

  after(() => folder[Symbol.asyncDispose]())

  it('brings nothing that only a checkout needs', () => {
    for (const path of [
      'typescript',
      '@biomejs/biome',
      'understudy/src',
      'understudy/test',
      'understudy/bench',
    ])
      assert.equal(existsSync(join(app, 'node_modules', path)), false, path)
  })

  it('is what npx runs, whatever Node the host has', TIMEOUT, async () => {
    const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { version: string }
    const { stdout } = await run('npx', ['--no-install', 'understudy', '--version'], { cwd: app })
    assert.equal(stdout, `${version}\n`)
  })

  for (const major of ['24', '26']) {
    const node = (): string =>
      major === '24'
        ? join(folder.path, `tools/node_modules/${NODE_24.replace(/@.*/, '')}/bin/node`)
        : process.execPath

    describe(`on Node ${major}`, () => {
      it('is that Node', TIMEOUT, async () => {
        const { stdout } = await run(node(), ['--version'])
        assert.match(stdout, new RegExp(`^v${major}\\.`))
      })

      it('checks the zones that it brings', TIMEOUT, async () => {
        const zones = join(app, 'node_modules/understudy/zones')
        const { stdout, stderr } = await run(node(), [program, 'check', zones], { cwd: app })
        assert.match(stdout, /failover within/)
        assert.doesNotMatch(stderr, /Warning/)
      })

      it('fails over: every thread, the probes and the state', TIMEOUT, async () => {
        const { stdout } = await run(node(), [program, 'demo'], { cwd: app })
        assert.match(stdout, /127\.0\.0\.1/)
        await assert.doesNotReject(run(node(), [program, 'doctor', '--help'], { cwd: app }))
      })
    })
  }

  it('has the completions that it prints, as files for each shell', TIMEOUT, async () => {
    const folder = join(app, 'node_modules/understudy/dist/completions')
    for (const [shell, file] of [
      ['bash', 'understudy.bash'],
      ['zsh', '_understudy'],
      ['fish', 'understudy.fish'],
    ] as const) {
      const { stdout } = await run(process.execPath, [program, 'completion', shell])
      assert.equal(await readFile(join(folder, file), 'utf8'), stdout)
      await run(shell, ['-n', join(folder, file)])
    }
  })

  it('has a man page of every command, which roff takes without a warning', TIMEOUT, async () => {
    const page = join(app, 'node_modules/understudy/dist/man/understudy.1')
    const { stdout, stderr } = await run('groff', ['-man', '-Tutf8', '-ww', '-P-cbou', page])
    assert.equal(stderr, '')
    const { stdout: help } = await run(process.execPath, [program, '--help'])
    const commands = [...help.matchAll(/^ {2}([a-z]+) /gm)].flatMap(([, name = '']) =>
      name === 'help' ? [] : [name],
    )
    assert.ok(commands.length > 10, help)
    for (const command of commands) assert.match(stdout, new RegExp(`^ +${command}\\b`, 'm'))
  })
})
