/** `status` and `history` on a real terminal, and `status --watch` there and into a pipe, with servers that change, go and come back. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { stripVTControlCharacters } from 'node:util'
import { readEvents } from '#cli/event-stream.ts'
import { widthOf } from '#cli/text-width.ts'
import { ROOT_FOLDER, runUnderstudy, understudy } from '#test/child.ts'
import { hasPseudoTerminals, PseudoTerminal, type TerminalOptions } from '#test/pseudo-terminal.ts'
import { ServerProcess } from '#test/server-process.ts'

const LIMIT = { timeout: 90_000 }
const ON_TERMINALS = { ...LIMIT, skip: !hasPseudoTerminals && 'there is no script of util-linux' }
const OTHER_SCREEN = '\x1b[?1049h'
const FIRST_SCREEN = '\x1b[?1049l'
/** Nobody listens there. */
const NOBODY = 'http://127.0.0.1:9'
const RED = '\x1b[31m'
const GREEN = '\x1b[32m'
const YELLOW = '\x1b[33m'

const ZONE = `zone: a.test
nameservers: { ns1: 192.0.2.53 }
pools:
  www: { endpoints: [{ name: primary, address: [192.0.2.1, "2001:db8:1111:2222:3333:4444:5555:6666"] }, { name: backup, address: [192.0.2.2, "2001:db8::2"] }] }
names:
  www: { pool: www }
`

function start(): Promise<ServerProcess> {
  return ServerProcess.start({ zones: { 'a.test.yaml': ZONE } })
}

function onTerminal(args: readonly string[], options: TerminalOptions): PseudoTerminal {
  return new PseudoTerminal([process.execPath, `${ROOT_FOLDER}bin/understudy.js`, ...args], options)
}

async function drain(server: ServerProcess, reason: string): Promise<void> {
  const args = ['drain', 'www/primary', '--for', '1h', '--reason', reason, '--server', server.adminUrl]
  const { code, stderr } = await runUnderstudy(args)
  assert.equal(code, 0, stderr)
}

describe('on a terminal', ON_TERMINALS, () => {
  it('status, history and audit fit its width, with colours unless they are not wanted', async () => {
    await using server = await start()
    await drain(server, '理由は新しいディスクです、それから長い長い説明が続きます')
    const shown = async (command: string, args: readonly string[], env = {}): Promise<string> => {
      const all = [command, '--server', server.adminUrl, ...args]
      await using terminal = onTerminal(all, { columns: 60, env })
      assert.equal(await terminal.exit, 0)
      return terminal.output.replaceAll('\r\n', '\n')
    }
    for (const command of ['status', 'history', 'audit']) {
      const text = stripVTControlCharacters(await shown(command, []))
      assert.ok(text.includes('primary'))
      for (const line of text.split('\n')) assert.ok(widthOf(line) <= 60, line)
    }
    const coloured = await shown('status', [])
    assert.ok(coloured.includes(`${GREEN}up`) && coloured.includes(`${YELLOW}up (drained)`))
    assert.match(
      stripVTControlCharacters(coloured),
      /^ {2}primary {2}2001:db8:1111:2222:3333:4444:5555:6666\n {4}up \(drained\)$/m,
    )
    for (const plain of [await shown('status', ['--no-color']), await shown('status', [], { NO_COLOR: '1' })])
      assert.equal(plain, stripVTControlCharacters(coloured))
    assert.ok((await shown('history', [])).includes(YELLOW))
  })

  it('without one there are no colours', async () => {
    await using server = await start()
    const { stdout } = await runUnderstudy(['status', '--server', server.adminUrl])
    assert.equal(stdout, stripVTControlCharacters(stdout))
  })

  it('status --watch draws anew what changes, until Ctrl+C, which exits 0', async () => {
    await using server = await start()
    await using terminal = onTerminal(['status', '--watch', '--server', server.adminUrl], { columns: 100 })
    await terminal.until(/A {5}192\.0\.2\.1 .*primary, TTL/)
    assert.ok(terminal.output.includes(OTHER_SCREEN) && !terminal.output.includes(FIRST_SCREEN))
    await drain(server, 'disks')
    await terminal.until(/A {5}192\.0\.2\.2 .*backup, TTL/)
    await terminal.until(/drain primary until/)
    terminal.type('\x03')
    assert.equal(await terminal.exit, 0)
    const after = terminal.output.slice(terminal.output.lastIndexOf(FIRST_SCREEN) + FIRST_SCREEN.length)
    assert.match(after, /^a\.test\/www: failover/)
    assert.match(after, /drain primary until/)
  })

  it('a server that cannot be asked is told within its width, and waited for', async () => {
    const servers = ['--server', NOBODY, '--server', `${NOBODY}/${'long'.repeat(20)}`]
    await using terminal = onTerminal(['status', '--watch', ...servers], { columns: 50 })
    await terminal.until(/cannot ask[\s\S]*cannot ask/)
    terminal.type('\x03')
    assert.equal(await terminal.exit, 0)
    const [, drawn = ''] = terminal.output.split(OTHER_SCREEN)
    // The terminal itself echoes what is typed.
    const screen = drawn.split('^C')[0] ?? ''
    for (const line of stripVTControlCharacters(screen).split(/\r?\n/)) assert.ok(widthOf(line) <= 50, line)
  })

  it('what does not fit its height is left out, and how much is said', async () => {
    await using server = await start()
    await using terminal = onTerminal(['status', '--watch', '--server', server.adminUrl], {
      columns: 100,
      rows: 5,
    })
    await terminal.until(/… \d+ more lines/)
    terminal.type('\x03')
    assert.equal(await terminal.exit, 0)
  })
})

describe('status --watch into a pipe', LIMIT, () => {
  it('prints a block for each change, from several servers, one of which goes and comes back', async () => {
    await using one = await start()
    await using two = await start()
    await using child = understudy([
      'status',
      '--watch',
      'www.a.test',
      '--server',
      one.adminUrl,
      '--server',
      two.adminUrl,
    ])
    const { stdout } = child
    const isTime = (line: string): boolean => /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ$/.test(line)
    await stdout.find(line => line === `${two.adminUrl}:`)
    await stdout.find(
      line => line.includes('2001:db8:1111:2222:3333:4444:5555:6666  up'),
      stdout.all.indexOf(`${two.adminUrl}:`),
    )
    assert.equal(stdout.all.filter(isTime).length, 1)
    await drain(two, 'disks')
    await stdout.find(line => line.includes('(backup, TTL 30)'))
    assert.deepEqual(
      stdout.all.filter(line => line.includes(RED)),
      [],
    )
    let seen = stdout.all.length
    two.kill('SIGKILL')
    await stdout.find(line => line.startsWith(`${two.adminUrl}: cannot ask the server`), seen)
    seen = stdout.all.length
    await two.startAgain()
    await stdout.find(line => line.includes('(backup, TTL'), seen)
    child.kill('SIGINT')
    assert.deepEqual(await child.exit, { code: 0, signal: null })
    assert.equal(child.stderr.text, '')
  })

  it('hears of a change at once, by the events of the server', async () => {
    await using server = await start()
    await using child = understudy(['status', '--watch', '--server', server.adminUrl])
    await child.stdout.find(line => line.includes('(primary, TTL'))
    await drain(server, 'disks')
    await child.stdout.find(line => line.includes('(backup, TTL'))
    child.kill('SIGTERM')
    assert.equal((await child.exit).code, 0)
  })

  it('does not go with --json', async () => {
    const { code, stderr } = await runUnderstudy(['status', '--watch', '--json'])
    assert.equal(code, 2)
    assert.match(stderr, /'--watch' cannot be used with option '--json'/)
  })
})

describe('events', () => {
  async function heard(...chunks: readonly string[]): Promise<number> {
    let count = 0
    async function* stream(): AsyncGenerator<string> {
      yield* chunks
    }
    await readEvents(stream(), () => count++)
    return count
  }

  it('are told at their end, in whatever pieces they come; comments are none', async () => {
    assert.equal(
      await heard(': here\n\n', 'event: transition\ndata: {}\n\n', 'data: 1\n', '\nda', 'ta: 2\r\n\r\n'),
      3,
    )
    assert.equal(await heard(': here\n\n: here\n\n', 'event: none\n\n', 'data: unfinished\n'), 0)
    assert.equal(await heard('x'.repeat(200_000), 'x'.repeat(200_000), '\n\ndata: 1\n\n'), 1)
  })
})
