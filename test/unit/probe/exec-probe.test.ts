/** Commands that pass, fail, hang, fork, flood and hide. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { describe, it } from 'node:test'
import { CommandTurns, newCommandGroups } from '#probe/command-turns.ts'
import { startProber } from '#probe/prober.ts'
import { runProbe } from '#probe/run-probe.ts'
import type { ExecSpec } from '#probe/spec.ts'
import { Child, ROOT_FOLDER } from '#test/child.ts'
import { runningWith, until } from '#test/processes.ts'
import { TempFolder } from '#test/temp-folder.ts'
import { AMPLE_MS, BRIEF_MS, targetOf, USER_AGENT } from './targets.ts'

const LIMIT = { timeout: 60_000, skip: process.platform === 'linux' ? false : 'looks into /proc' }

interface Options {
  readonly changes?: Partial<ExecSpec>
  readonly timeoutMs?: number
  readonly address?: string
  readonly turns?: CommandTurns
}

async function probe(command: readonly string[], options: Options = {}): Promise<string> {
  const { changes = {}, timeoutMs = AMPLE_MS, address = '192.0.2.1', turns } = options
  const spec: ExecSpec = { type: 'exec', command, environment: {}, inherit: [], ...changes }
  const outcome = await runProbe(targetOf(spec, address, { timeoutMs }), USER_AGENT, turns)
  return `${outcome.kind} ${outcome.reason}: ${outcome.detail}`
}

/** The check's command is argv; that it is a shell here is the test's own wish. */
function script(text: string, options: Options = {}): Promise<string> {
  return probe(['sh', '-c', text, 'sh'], options)
}

describe('the exec probe', LIMIT, () => {
  it('passes with exit 0, and shows what was written', async () => {
    assert.equal(await probe(['true']), 'pass ok: exit 0')
    assert.equal(await script('echo all; echo well >&2'), 'pass ok: exit 0: all well')
  })

  it('fails with any other exit, and with a signal', async () => {
    assert.equal(await script('echo "no answer"; exit 3'), 'fail exit: exit 3: no answer')
    assert.equal(await script('kill -SEGV $$'), 'fail signal: ended by SIGSEGV')
  })

  it('hands over the arguments as they are, to no shell', async () => {
    const odd = ['a b', '$HOME', '`id`', '*', ';', "'", '"', '']
    assert.equal(
      await probe(['printf', '[%s]', ...odd]),
      `pass ok: exit 0: ${odd.map(one => `[${one}]`).join('')}`,
    )
  })

  it('gives the command its own environment, and of this process what it is told to', async () => {
    process.env['UNDERSTUDY_TEST_SECRET'] = 'not for children'
    const changes = { environment: { TOKEN: 'x y' }, port: 8080 }
    const seen = await probe(['env'], { changes, address: '2001:db8::1' })
    const given = 'TOKEN=x y UNDERSTUDY_ADDRESS=2001:db8::1 UNDERSTUDY_FAMILY=ipv6 UNDERSTUDY_PORT=8080'
    const path = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
    assert.equal(seen, `pass ok: exit 0: ${path} ${given}`)
    const told = await script('echo $UNDERSTUDY_ADDRESS $UNDERSTUDY_FAMILY $UNDERSTUDY_PORT $PWD')
    assert.equal(told, 'pass ok: exit 0: 192.0.2.1 ipv4 /')
    const inherit = ['UNDERSTUDY_TEST_SECRET', 'UNDERSTUDY_TEST_NOTHING']
    const handedOn = await script('echo $UNDERSTUDY_TEST_SECRET', { changes: { inherit } })
    assert.equal(handedOn, 'pass ok: exit 0: not for children')
    const own = await probe(['env'], { changes: { environment: { PATH: '/usr/bin' } } })
    assert.match(own, /PATH=\/usr\/bin UNDERSTUDY/)
  })

  it('shows the end of what was written, in one harmless line', async () => {
    const long = await script('yes no | head -n 1000; printf "\\033[2Jend\\n\\377"')
    assert.match(long, /^pass ok: exit 0: …[no ]+\\u\{1b\}\[2Jend \ufffd$/)
    assert.ok(long.length < 220)
  })

  it('is inconclusive where the program cannot be run', async () => {
    const said = 'inconclusive not-started: '
    assert.equal(
      await probe(['no-such-program']),
      `${said}no-such-program cannot be run: there is no such program`,
    )
    assert.equal(await probe(['/etc']), `${said}/etc cannot be run: it is not executable for this user`)
    assert.match(
      await probe(['true', 'x'.repeat(4_000_000)]),
      /^inconclusive not-started: true cannot be run: E2BIG/,
    )
  })

  it('is not drowned by what a command writes', async () => {
    const before = process.memoryUsage().rss
    assert.match(await probe(['yes'], { timeoutMs: 500 }), /^fail timeout: no end within 500ms: …[y ]+$/)
    assert.ok(process.memoryUsage().rss - before < 256 * 1024 * 1024)
  })

  it('leaves no descriptors', async () => {
    await probe(['true'])
    const before = readdirSync('/proc/self/fd').length
    await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        i % 2 ? probe(['true']) : probe(['sleep', '100'], { timeoutMs: BRIEF_MS }),
      ),
    )
    await until(() => readdirSync('/proc/self/fd').length <= before)
  })
})

/** Processes are known by a mark of the test's own. */
describe('what an exec probe leaves running', { ...LIMIT, concurrency: true }, () => {
  it('kills at the end of the time, children and grandchildren too', async () => {
    const mark = randomUUID()
    const fork = `sh -c 'sleep 1000; true' ${mark} & sh -c 'trap "" TERM HUP; sh -c "sleep 1000; true" ${mark}; true' ${mark} & echo begun; wait`
    const probing = script(fork, { timeoutMs: 1000 })
    await until(() => runningWith(mark).length === 3)
    assert.equal(await probing, 'fail timeout: no end within 1s: begun')
    await until(() => runningWith(mark).length === 0)
  })

  it('kills what the command leaves running, and does not wait for it', async () => {
    const mark = randomUUID()
    assert.equal(await script(`sh -c 'sleep 1000; true' ${mark} & echo done`), 'pass ok: exit 0: done')
    await until(() => runningWith(mark).length === 0)
  })

  it('does not wait for one that has left the group and holds the output open', async () => {
    const mark = randomUUID()
    const told = await script(
      `setsid sh -c 'sleep 1000; true' ${mark} & until [ -d /proc/$! ]; do :; done; sleep 0.2; echo done`,
    )
    assert.equal(told, 'pass ok: exit 0: done')
    for (const pid of runningWith(mark)) process.kill(-pid, 'SIGKILL')
  })
})

describe('exec probes at once', { ...LIMIT, concurrency: true }, () => {
  it('are so many and no more, and each has its turn', async () => {
    const turns = new CommandTurns(newCommandGroups(2))
    await using folder = await TempFolder.open()
    const count = `cd ${folder.path} && mkdir $$ && ls | wc -l && sleep 0.1 && rmdir $$`
    const told = await Promise.all(Array.from({ length: 8 }, () => script(count, { turns })))
    for (const one of told) assert.match(one, /^pass ok: exit 0: [12]$/)
    assert.ok(
      told.some(one => one.endsWith('2')),
      'never two at once',
    )
  })

  it('are inconclusive where their turn comes too late, or not at all', async () => {
    const turns = new CommandTurns(newCommandGroups(1))
    const first = probe(['sleep', '100'], { turns, timeoutMs: 500 })
    const second = probe(['sleep', '100'], { turns, timeoutMs: 1000 })
    const third = probe(['true'], { turns, timeoutMs: BRIEF_MS })
    const fourth = probe(['true'], { turns })
    assert.equal(await third, 'inconclusive busy: too many commands: no turn within 150ms')
    assert.equal(await first, 'fail timeout: no end within 500ms')
    assert.match(await second, /^inconclusive busy: too many commands: it waited \S+ for its turn$/)
    assert.equal(await fourth, 'pass ok: exit 0')
  })
})

describe('commands', LIMIT, () => {
  const hanging = (mark: string): ExecSpec => ({
    type: 'exec',
    command: ['sh', '-c', `sh -c 'sleep 1000; true' ${mark} & wait`, mark],
    environment: {},
    inherit: [],
  })

  it('end with the prober', async () => {
    const mark = randomUUID()
    const prober = startProber({
      targets: [targetOf(hanging(mark), '192.0.2.1', { timeoutMs: AMPLE_MS })],
      seed: 1,
      userAgent: USER_AGENT,
      onReport: () => undefined,
      onRestart: () => undefined,
    })
    await until(() => runningWith(mark).length === 2)
    await prober.close()
    await until(() => runningWith(mark).length === 0)
  })

  it('end with a process that exits in the middle', async () => {
    const mark = randomUUID()
    await using child = new Child([process.execPath, `${ROOT_FOLDER}test/unit/probe/exec-child.ts`, mark])
    assert.deepEqual(await child.exit, { code: 7, signal: null }, child.stderr.text)
    await until(() => runningWith(mark).length === 0)
  })
})
