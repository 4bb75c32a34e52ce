/** What a service manager is told, received on a socket as it has one. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ServiceManager, type Watched } from '#cli/service-manager.ts'
import { understudy } from '#test/child.ts'
import { NotifySocket } from '#test/notify-socket.ts'
import { TempFolder } from '#test/temp-folder.ts'

const skip = process.platform === 'linux' ? false : 'there is no systemd here'
/** Beats come each third of it. */
const WATCHDOG_USEC = '60000'

interface Told {
  readonly manager: ServiceManager
  readonly logged: string[]
}

function managerOf(env: Readonly<Record<string, string>>): Told {
  const logged: string[] = []
  const write = (_: object, message: string): void => void logged.push(message)
  return { manager: new ServiceManager({ env, log: { info: write, warn: write, error: write } }), logged }
}

function watched(isAnswering: () => Promise<boolean>, alarms: readonly string[] = []): Watched {
  return { server: () => ({ zones: [1, 2], alarms }), isAnswering }
}

describe('a service manager', { skip }, () => {
  for (const abstract of [false, true]) {
    it(`is told on a socket ${abstract ? 'without' : 'with'} a file`, async () => {
      await using socket = await NotifySocket.open(abstract)
      const { manager, logged } = managerOf({ NOTIFY_SOCKET: socket.path })
      using _ = manager.follow(watched(async () => true))
      assert.equal(await socket.find(() => true), 'READY=1\nSTATUS=2 zones, 0 alarms')
      assert.deepEqual(logged, [])
    })
  }

  it('is told when a reload begins, by its own clock, and that it has ended, well or not', async () => {
    await using socket = await NotifySocket.open()
    const { manager } = managerOf({ NOTIFY_SOCKET: socket.path })
    const before = process.hrtime.bigint() / 1000n
    const server = watched(async () => true)
    const failing = manager.whileReloading(server, () => Promise.reject(new Error('bad file')))
    await assert.rejects(failing, /bad file/)
    await socket.find(message => message.startsWith('READY=1'))
    const [, microseconds] = /^RELOADING=1\nMONOTONIC_USEC=(\d+)$/.exec(socket.messages[0] ?? '') ?? []
    assert.ok(BigInt(microseconds ?? 0) >= before)
    assert.ok(BigInt(microseconds ?? 0) <= process.hrtime.bigint() / 1000n)
  })

  it('gets its watchdog fed only while queries are answered, and the log says so once', async () => {
    await using socket = await NotifySocket.open()
    const { manager, logged } = managerOf({ NOTIFY_SOCKET: socket.path, WATCHDOG_USEC })
    const answers = [false, false, true, true]
    let asked = 0
    using _ = manager.follow(watched(async () => answers[asked++] ?? true))
    await socket.find(message => message === 'WATCHDOG=1')
    assert.ok(asked >= 3, `fed after ${asked} questions`)
    assert.deepEqual(logged, ['a thread that answers queries does not: the watchdog is not fed'])
  })

  it('learns of an alarm, in one line whatever it says', async () => {
    await using socket = await NotifySocket.open()
    const { manager } = managerOf({ NOTIFY_SOCKET: socket.path, WATCHDOG_USEC })
    const alarms: string[] = []
    using _ = manager.follow(watched(async () => true, alarms))
    await socket.find(message => message === 'WATCHDOG=1')
    alarms.push(`disk\nWATCHDOG=trigger ${'x'.repeat(1000)}`)
    const told = await socket.find(message => message.includes('alarm:'))
    assert.match(told, /^WATCHDOG=1\nSTATUS=2 zones, 1 alarm: disk WATCHDOG=trigger x+…$/)
    assert.ok(told.length < 320)
  })

  it('is not fed for another process', async () => {
    await using socket = await NotifySocket.open()
    const env = { NOTIFY_SOCKET: socket.path, WATCHDOG_USEC, WATCHDOG_PID: '1' }
    using _ = managerOf(env).manager.follow(watched(() => assert.fail('nobody watches this process')))
    await socket.find(message => message.startsWith('READY=1'))
  })

  it('that is not there does not keep the server from its work', async () => {
    const { manager, logged } = managerOf({ NOTIFY_SOCKET: '/nowhere/notify' })
    using _ = manager.follow(watched(async () => true))
    manager.stopping()
    assert.deepEqual(logged, ['the service manager cannot be told: Error: connect: ENOENT'])
    const long = managerOf({ NOTIFY_SOCKET: `/${'x'.repeat(107)}` })
    long.manager.stopping()
    assert.match(long.logged[0] ?? '', /is too long for a socket's path/)
  })

  it('is not looked for without NOTIFY_SOCKET', async () => {
    const { manager, logged } = managerOf({ WATCHDOG_USEC })
    using _ = manager.follow(watched(() => assert.fail('nobody watches')))
    manager.stopping()
    assert.deepEqual(logged, [])
  })
})

describe('the server', { skip }, () => {
  it('tells that it is ready, alive, reloading and stopping', { timeout: 60_000 }, async () => {
    await using socket = await NotifySocket.open()
    await using folder = await TempFolder.open()
    const apex = '$TTL 60\n@ SOA ns1 hostmaster 1 2 3 4 5\n@ NS ns1\nns1 A 192.0.2.53\n'
    await folder.file('zones/one.test.zone', apex)
    await using server = understudy(['serve', '--listen', '127.0.0.1:0', '--admin', '127.0.0.1:0'], {
      cwd: folder.path,
      env: { NOTIFY_SOCKET: socket.path, WATCHDOG_USEC: '600000' },
    })
    assert.equal(await socket.find(() => true), 'READY=1\nSTATUS=1 zone, 0 alarms')
    await socket.find(message => message === 'WATCHDOG=1')
    await folder.file('zones/two.test.zone', apex)
    server.kill('SIGHUP')
    const reloading = await socket.find(message => message.startsWith('RELOADING=1\nMONOTONIC_USEC='))
    // The watchdog's beat may come between, and tell the new state first.
    await socket.find(message => message.endsWith('STATUS=2 zones, 0 alarms'))
    await socket.find(message => message.startsWith('READY=1'), socket.messages.indexOf(reloading))
    server.kill('SIGTERM')
    await socket.find(message => message === 'STOPPING=1')
    assert.deepEqual(await server.exit, { code: 0, signal: null })
  })
})
