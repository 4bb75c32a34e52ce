/** The command line as such: help, version, and what is not understood. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { describe, it } from 'node:test'
import { ROOT_FOLDER, runUnderstudy } from '#test/child.ts'

describe('understudy', { concurrency: true }, () => {
  it('--help names every command', async () => {
    const { code, stdout, stderr } = await runUnderstudy(['--help'])
    assert.deepEqual([code, stderr], [0, ''])
    for (const command of ['serve', 'check', 'status', 'history', 'audit', 'drain', 'release', 'demo'])
      assert.match(stdout, new RegExp(`^  ${command}\\b`, 'm'))
  })

  it('COMMAND --help shows its options with their defaults, as they are typed, and an example', async () => {
    const { code, stdout, stderr } = await runUnderstudy(['status', '--help'])
    assert.deepEqual([code, stderr], [0, ''])
    assert.match(stdout, /^Example:\n {2}understudy status /m)
    assert.match(stdout.replace(/\s+/g, ' '), /--server <url> .* \(default: http:\/\/127\.0\.0\.1:8053\)/)
  })

  it('--version prints that of package.json', async () => {
    const { version } = JSON.parse(readFileSync(`${ROOT_FOLDER}package.json`, 'utf8')) as {
      readonly version: string
    }
    assert.deepEqual(await runUnderstudy(['--version']), { code: 0, stdout: version, stderr: '' })
  })

  for (const args of [
    [],
    ['serv'],
    ['--colour'],
    ['check', '--zone'],
    ['check', 'a', 'b'],
    ['serve', '--state'],
    ['status', '--server'],
    ['backtest'],
    ['completion', 'csh'],
    ['schema'],
    ['status', '--watch', '--json'],
    ['doctor', 'two..dots'],
    ['doctor', '--parent', 'ns.example.com'],
    ['doctor', '--resolver', '192.0.2.1:0'],
    ['doctor', '--port', '65536'],
  ]) {
    it(`${args.join(' ') || 'nothing'} is no command line: exit code 2, and what to do`, async () => {
      const { code, stdout, stderr } = await runUnderstudy(args)
      assert.equal(code, 2)
      assert.equal(stdout, '')
      assert.match(stderr, /--help|Usage:/)
    })
  }

  it('suggests the command that was meant', async () => {
    assert.match((await runUnderstudy(['serv'])).stderr, /serve/)
  })
})

describe('understudy status', { concurrency: true }, () => {
  it('exits 1 with advice where no server answers', async () => {
    const { code, stdout, stderr } = await runUnderstudy([
      'status',
      '--server',
      `http://127.0.0.1:${await closedPort()}`,
    ])
    assert.equal(code, 1)
    assert.equal(stdout, '')
    assert.match(stderr, /^understudy: cannot ask the server at http:\/\/127\.0\.0\.1:\d+: .*is it running/)
  })

  it('exits 1 where the address of the server is none', async () => {
    const { code, stderr } = await runUnderstudy(['status', '--server', 'nonsense'])
    assert.equal(code, 1)
    assert.match(stderr, /^understudy: cannot ask the server at nonsense: /)
  })
})

describe('understudy serve', { concurrency: true }, () => {
  it('does not start on a wrong command line of its own, and says why', async () => {
    const { code, stderr } = await runUnderstudy(['serve', '--listen', 'localhost:dns'])
    assert.equal(code, 1)
    assert.match(stderr, /localhost:dns/)
    assert.match(stderr, /^not started: 1 error/m)
  })
})

/** Nobody listens there. */
function closedPort(): Promise<number> {
  return new Promise(resolve => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const bound = server.address()
      server.close(() => resolve(typeof bound === 'object' ? (bound?.port ?? 0) : 0))
    })
  })
}
