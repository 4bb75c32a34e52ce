/** The unit under a real systemd: ready, sandboxed, reloaded, watched, stopped. */
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { after, before, describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { ROOT_FOLDER } from '#test/child.ts'
import { debianRoot } from '#test/debian-root.ts'
import { SystemdMachine } from '#test/systemd-machine.ts'
import { TempFolder } from '#test/temp-folder.ts'

const UNIT = `${ROOT_FOLDER}deploy/systemd/understudy.service`
const PATIENCE_MS = 60_000
/** systemd-analyze: below 2.0 of 10. */
const EXPOSURE_LIMIT = '20'

const CONFIGURATION = `node: ns1
listen: { dns: ["127.0.0.1:53"], admin: 127.0.0.1:8053 }
zones: ./zones
state: /var/lib/understudy/understudy.db
`
const MANAGED = `zone: sys.test
nameservers: { ns1: 127.0.0.1 }
checks:
  admin: { type: tcp, port: 8053, interval: 1s }
  command: { type: exec, command: [/bin/true], interval: 1s }
names:
  tcp: { failover: [127.0.0.1], check: admin }
  exec: { failover: [127.0.0.2], check: command }
`
const PLAIN = '$TTL 60\n@ SOA ns1 hostmaster 1 2 3 4 5\n@ NS ns1\nns1 A 192.0.2.53\n'
/** The same unit, in haste. */
const HASTE = '[Service]\nWatchdogSec=2\nTimeoutStopSec=1\n'

const analyze = spawnSync('systemd-analyze', ['--version']).status === 0 ? false : 'no systemd-analyze here'

describe('systemd-analyze', { skip: analyze }, () => {
  it('finds nothing wrong in the unit', async () => {
    await using folder = await TempFolder.open()
    // It looks whether the program is there, which on this host may be elsewhere.
    const text = readFileSync(UNIT, 'utf8').replace('=/usr/bin/node ', `=${process.execPath} `)
    const file = await folder.file('understudy.service', text)
    const { stderr, status } = spawnSync('systemd-analyze', ['verify', '--man=no', file], {
      encoding: 'utf8',
    })
    assert.equal(status, 0, stderr)
    assert.doesNotMatch(stderr, /understudy\.service/)
  })

  it('finds little that the server could do to its host', () => {
    const args = ['security', '--offline=true', `--threshold=${EXPOSURE_LIMIT}`, UNIT]
    execFileSync('systemd-analyze', args, { stdio: 'pipe' })
  })
})

describe('under systemd', { timeout: 15 * 60_000 }, async () => {
  const stack = new AsyncDisposableStack()
  const root = debianRoot()
  let folder: TempFolder
  let machine: SystemdMachine
  let why = 'unavailable' in root ? root.unavailable : ''

  before(async () => {
    if ('unavailable' in root) return
    folder = stack.use(await TempFolder.open())
    await folder.file('etc/understudy.yaml', CONFIGURATION)
    await folder.file('etc/zones/sys.test.yaml', MANAGED)
    await folder.file('drop-ins/haste.conf', HASTE)
    await mkdir(`${folder.path}/etc`, { recursive: true })
    const binds = {
      [`${folder.path}/etc`]: '/etc/understudy',
      [`${folder.path}/drop-ins`]: '/etc/systemd/system/understudy.service.d',
      [UNIT]: '/etc/systemd/system/understudy.service',
    }
    try {
      machine = stack.use(await SystemdMachine.boot(root.path, binds))
    } catch (error) {
      why = error instanceof Error ? error.message : String(error)
    }
  })
  after(() => stack.disposeAsync())

  function show(property: string): Promise<string> {
    return machine.run('systemctl', 'show', '--value', `--property=${property}`, 'understudy')
  }

  /** systemd tells nobody: it is asked until it is so. */
  async function until(property: string, value: string): Promise<void> {
    const endMs = performance.now() + PATIENCE_MS
    for (let is = ''; is !== value; is = await show(property)) {
      if (performance.now() > endMs) assert.fail(`${property} is ${is}, not ${value}\n${await journal()}`)
      await delay(50)
    }
  }

  function journal(): Promise<string> {
    return machine.run('journalctl', '--no-pager', '--output=cat', '--unit=understudy')
  }

  function dig(name: string): Promise<string> {
    return machine.runOutside('dig', '-r', '@127.0.0.1', '+short', '+tries=1', name)
  }

  it('starts once queries are answered, on port 53, and tells how it is', async context => {
    if (why !== '') return context.skip(why)
    await machine.run('systemctl', 'start', 'understudy').catch(async error => {
      assert.fail(`${error}\n${await journal()}`)
    })
    assert.equal(await dig('tcp.sys.test'), '127.0.0.1')
    assert.equal(await show('StatusText'), '1 zone, 0 alarms')
  })

  it('may do nothing but open port 53', async context => {
    if (why !== '') return context.skip(why)
    const status = await machine.run('cat', `/proc/${await show('MainPID')}/status`)
    assert.match(status, /^CapEff:\t0000000000000400$/m)
    assert.match(status, /^NoNewPrivs:\t1$/m)
    assert.match(status, /^Seccomp:\t2$/m)
    assert.doesNotMatch(status, /^Uid:\t0\t/m)
  })

  it('probes, by commands too', async context => {
    if (why !== '') return context.skip(why)
    const endMs = performance.now() + PATIENCE_MS
    for (;;) {
      const metrics = await machine.runOutside(
        process.execPath,
        '--eval',
        "fetch('http://127.0.0.1:8053/metrics').then(r => r.text()).then(t => process.stdout.write(t))",
      )
      const up = ['tcp', 'exec'].filter(pool =>
        new RegExp(`^understudy_endpoint_up\\{.*pool="${pool}".*\\} 1$`, 'm').test(metrics),
      )
      if (up.length === 2) return
      if (performance.now() > endMs) assert.fail(`up are: ${up.join(' ')}\n${await journal()}`)
      await delay(100)
    }
  })

  it('takes up changed files by systemctl reload', async context => {
    if (why !== '') return context.skip(why)
    await folder.file('etc/zones/more.test.zone', PLAIN)
    await machine.run('systemctl', 'reload', 'understudy')
    await until('StatusText', '2 zones, 0 alarms')
    await until('ActiveState', 'active')
    assert.equal(await dig('ns1.more.test'), '192.0.2.53')
  })

  it('is started again when it hangs, on the state that it had', async context => {
    if (why !== '') return context.skip(why)
    const pid = await show('MainPID')
    await machine.run('bash', '-c', `kill -STOP ${pid}`)
    await until('NRestarts', '1')
    await until('ActiveState', 'active')
    assert.notEqual(await show('MainPID'), pid)
    assert.match(await journal(), /Watchdog timeout/)
    assert.equal(await dig('exec.sys.test'), '127.0.0.2')
  })

  it('stops in order', async context => {
    if (why !== '') return context.skip(why)
    await machine.run('systemctl', 'stop', 'understudy')
    assert.equal(await show('Result'), 'success')
    assert.equal(await show('ActiveState'), 'inactive')
  })
})
