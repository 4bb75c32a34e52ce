/** The README's commands, run against the server that `npm start` is. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { after, before, describe, it } from 'node:test'
import { ROOT_FOLDER } from '#test/child.ts'
import { commandsOf, readmeBlocks } from '#test/readme.ts'
import { ServerProcess } from '#test/server-process.ts'

const commands = readmeBlocks()
  .filter(({ language }) => language === 'sh')
  .flatMap(commandsOf)
  .filter(command => /^(dig|curl|npx understudy) /.test(command) && !/ serve\b/.test(command))
  .filter(command => command.includes('127.0.0.1') || /^npx understudy (status|explain)/.test(command))

describe('the commands of the README that name 127.0.0.1', () => {
  const stack = new AsyncDisposableStack()
  let server: ServerProcess

  before(async () => {
    const files = readdirSync(`${ROOT_FOLDER}zones`)
    const zones = Object.fromEntries(
      files.map(file => [file, readFileSync(`${ROOT_FOLDER}zones/${file}`, 'utf8')]),
    )
    server = stack.use(await ServerProcess.start({ zones }))
  })
  after(() => stack.disposeAsync())

  it('are there', () => {
    assert.ok(commands.some(command => command.startsWith('dig ')))
    assert.ok(commands.some(command => command.startsWith('curl ')))
  })

  for (const command of commands) {
    it(`works: ${command}`, () => {
      const { status, stdout, stderr } = spawnSync('sh', ['-c', onOurPorts(command)], {
        cwd: ROOT_FOLDER,
        encoding: 'utf8',
        timeout: 20_000,
      })
      assert.equal(status, 0, stderr)
      assert.notEqual(stdout.trim(), '', 'it prints nothing')
      if (command.startsWith('dig ') && stdout.includes('->>HEADER<<-'))
        assert.match(stdout, /status: NOERROR/)
    })
  }

  /** The ports that `npm start` takes may be taken by a server of the person who runs the tests. */
  function onOurPorts(command: string): string {
    const admin = new URL(server.adminUrl).host
    const asked = /^npx understudy (status|explain) /.test(`${command} `) && !command.includes('--server')
    const ours = command.replace(/-p 5300\b/, `-p ${server.port}`).replace('127.0.0.1:8053', admin)
    return `${ours.replace(/^npx understudy/, `'${process.execPath}' bin/understudy.js`)}${asked ? ` --server ${server.adminUrl}` : ''}`
  }
})
