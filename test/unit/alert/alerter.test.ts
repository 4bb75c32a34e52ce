/** Queues, repetition, quiet hours and retries by a virtual clock, told to real servers. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Alerter } from '#alert/alerter.ts'
import { deliver } from '#alert/deliver.ts'
import type { HttpReceiver } from '#alert/receiver.ts'
import type { AlertRecord } from '#alert/record.ts'
import { accept, hang, ReceivingServer, status } from '#test/receiving-server.ts'
import { SmtpServer } from '#test/smtp-server.ts'
import { VirtualClock } from '#test/virtual-clock.ts'
import { end, event, mailReceiver, receiver } from './events.ts'

const LIMIT = { timeout: 30_000 }
const HOUR_MS = 3_600_000

/** An alerter over a disk that keeps everything, and never answers. */
class Desk implements AsyncDisposable {
  readonly clock: VirtualClock
  readonly stored: Map<number, AlertRecord>
  readonly lines: string[] = []
  readonly alerter: Alerter
  readonly #under: AsyncDisposableStack
  readonly #underWay = new Set<Promise<unknown>>()

  constructor(
    clock = new VirtualClock(),
    stored = new Map<number, AlertRecord>(),
    under = new AsyncDisposableStack(),
  ) {
    this.clock = clock
    this.stored = stored
    this.#under = under
    const log = (_: object, line: string): void => void this.lines.push(line)
    this.alerter = new Alerter({
      clock,
      random: () => 1,
      log: { info: log, warn: log, error: log },
      deliver: (post, signal) => {
        const delivered = deliver(post, signal)
        this.#underWay.add(delivered)
        return delivered.finally(() => this.#underWay.delete(delivered))
      },
      outbox: {
        restored: [...stored.values()],
        save: (seq, record) => void stored.set(seq, record),
        remove: seq => void stored.delete(seq),
      },
    })
  }

  /** With one receiver, on a server of its own. */
  static async one(said: Partial<HttpReceiver> = {}): Promise<{ desk: Desk; server: ReceivingServer }> {
    const desk = new Desk()
    const server = desk.#under.use(await ReceivingServer.start())
    desk.alerter.adopt([receiver({ url: server.url, ...said })])
    return { desk, server }
  }

  /** The same state and time under a new process. */
  restart(): Desk {
    this.alerter.stop()
    return new Desk(this.clock, this.stored, this.#under)
  }

  /** Lets time pass, with nothing under way when it begins, or when it is over. */
  async pass(ms: number): Promise<void> {
    await this.quiet()
    await this.clock.advance(ms)
    await this.quiet()
  }

  /**
   * Resolves once nothing is under way any more.
   *
   * @param hanging so many requests that are never answered
   */
  async quiet(hanging = 0): Promise<void> {
    for (;;) {
      await this.clock.advance(0)
      if (this.#underWay.size <= hanging) return
      await Promise.race(this.#underWay)
    }
  }

  states(name = 'hook'): string[] {
    return [...this.stored.values()].map(
      ({ event: { kind }, deliveries }) => `${kind} ${deliveries[name]?.state}`,
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.alerter.stop()
    await this.#under.disposeAsync()
  }
}

describe('the alerter', LIMIT, () => {
  it('tells in order, and an end only to who was told of the beginning', async () => {
    const { desk, server } = await Desk.one({ minSeverity: 'warning' })
    await using _ = desk
    for (const one of [end('other'), event(), end(), event({ pool: 'b', key: 'b', severity: 'info' })])
      desk.alerter.take(one)
    await desk.quiet()
    assert.deepEqual(server.told, ['failover www', 'failback www'])
  })

  it('tells the same again only after so long, and what lasts by itself then', async () => {
    const { desk, server } = await Desk.one()
    await using _ = desk
    const restart = { kind: 'restart', key: 'restart prober', lasts: false, summary: 'prober' } as const
    for (const one of [event(), event(), event(restart), event(restart)]) desk.alerter.take(one)
    await desk.quiet()
    desk.alerter.take(event())
    desk.alerter.take(event(restart))
    await desk.pass(4 * HOUR_MS - 1)
    assert.deepEqual(server.told, ['failover www', 'restart www'])
    await desk.pass(1000)
    assert.deepEqual(server.told, ['failover www', 'restart www', 'failover www again'])
    desk.alerter.take(event(restart))
    desk.alerter.take(end())
    await desk.pass(9 * HOUR_MS)
    assert.deepEqual(server.told.slice(3), ['restart www', 'failback www'])
  })

  it('tells at once what says another thing, or begins anew', async () => {
    const { desk, server } = await Desk.one()
    await using _ = desk
    const further = event({ summary: 'lb.test/www A: failover from backup to backup-2' })
    for (const one of [event(), further, end(), event()]) desk.alerter.take(one)
    await desk.quiet()
    assert.deepEqual(server.told, ['failover www', 'failover www', 'failback www', 'failover www'])
  })

  it('tries again with longer and longer pauses, and as late as it is asked to', async () => {
    const { desk, server } = await Desk.one()
    await using _ = desk
    server.reaction = status(503)
    desk.alerter.take(event())
    await desk.quiet()
    for (const [waitMs, attempts] of [
      [999, 1],
      [1, 2],
      [1999, 2],
      [1, 3],
      [4000, 4],
    ] as const) {
      await desk.pass(waitMs)
      assert.equal(server.received.length, attempts)
    }
    server.reaction = status(429, { 'retry-after': '600' })
    await desk.pass(8000)
    server.reaction = accept
    await desk.pass(599_000)
    assert.equal(server.received.length, 5)
    await desk.pass(1000)
    assert.deepEqual(desk.states(), ['failover sent'])
    assert.equal(new Set(server.received.map(({ body }) => JSON.parse(body).id)).size, 1)
    assert.deepEqual(desk.lines, [
      'alerts: hook: status 503; tried again',
      'alerts: hook: status 429; tried again',
      'alerts: hook takes them again',
    ])
  })

  it('lets go of what is refused for good', async () => {
    const { desk, server } = await Desk.one()
    await using _ = desk
    server.reaction = status(400)
    desk.alerter.take(event())
    await desk.quiet()
    server.reaction = accept
    desk.alerter.take(event({ key: 'b', pool: 'b' }))
    await desk.quiet()
    assert.deepEqual(desk.states(), ['failover refused', 'failover sent'])
  })

  it('is not held up by a receiver that hangs', async () => {
    await using desk = new Desk()
    await using stuck = await ReceivingServer.start()
    await using good = await ReceivingServer.start()
    stuck.reaction = hang
    desk.alerter.adopt([
      receiver({ name: 'stuck', url: stuck.url }),
      receiver({ name: 'good', url: good.url }),
    ])
    for (const pool of ['a', 'b', 'c']) desk.alerter.take(event({ pool, key: pool }))
    await Promise.all([desk.quiet(1), stuck.requests(1)])
    assert.deepEqual(good.told, ['failover a', 'failover b', 'failover c'])
    assert.equal(stuck.received.length, 1)
    await desk.clock.advance(10_000)
    await desk.quiet()
    assert.match(desk.lines.join(), /stuck: no answer within 10s/)
    stuck.reaction = accept
    await desk.pass(1000)
    assert.deepEqual(stuck.told, ['failover a', 'failover a', 'failover b', 'failover c'])
  })

  it('keeps quiet at night, except for what is severe, which takes with it what its pool has before', async () => {
    const quiet = { fromMinutes: 0, toMinutes: 420, timeZone: 'UTC', except: 'critical' } as const
    const { desk, server } = await Desk.one({ quiet, repeatMs: 24 * HOUR_MS })
    await using _ = desk
    desk.alerter.take(event({ pool: 'a', key: 'a' }))
    desk.alerter.take(event({ pool: 'b', key: 'b' }))
    await desk.quiet()
    assert.deepEqual(server.told, [])
    desk.alerter.take(event({ kind: 'all-down', severity: 'critical', pool: 'b', key: 'b all-down' }))
    await desk.quiet()
    assert.deepEqual(server.told, ['failover b', 'all-down b'])
    await desk.pass(7 * HOUR_MS - 1)
    assert.deepEqual(server.told.length, 2)
    await desk.pass(1)
    assert.deepEqual(server.told.slice(2), ['failover a'])
  })

  it('does not page for what is over, but keeps a record of it', async () => {
    await using desk = new Desk()
    await using pager = await ReceivingServer.start()
    await using record = await ReceivingServer.start()
    const quiet = { fromMinutes: 0, toMinutes: 60, timeZone: 'UTC', except: 'critical' } as const
    desk.alerter.adopt([
      receiver({ name: 'pager', type: 'pagerduty', url: pager.url, secret: 'key', quiet }),
      receiver({ name: 'record', url: record.url, quiet }),
    ])
    desk.alerter.take(event())
    desk.alerter.take(end())
    await desk.pass(HOUR_MS)
    assert.equal(pager.received.length, 0)
    assert.deepEqual(record.told, ['failover www', 'failback www'])
    assert.deepEqual(desk.states('pager'), ['failover cancelled', 'failback undefined'])
  })

  it('tells only of the pools that a receiver is for', async () => {
    const { desk, server } = await Desk.one({ pools: ['a', 'lb.test/b'] })
    await using _ = desk
    for (const pool of ['a', 'b', 'c']) desk.alerter.take(event({ pool, key: pool }))
    desk.alerter.take(event({ kind: 'failover', pool: 'b', zone: 'other.test', key: 'd' }))
    await desk.quiet()
    assert.deepEqual(server.told, ['failover a', 'failover b'])
  })

  it('keeps the newest of too many, and says how many were lost', async () => {
    const { desk, server } = await Desk.one()
    await using _ = desk
    server.reaction = status(503)
    desk.alerter.take(event({ pool: 'first', key: 'first' }))
    await desk.quiet()
    for (let i = 0; i < 1010; i++) desk.alerter.take(event({ pool: `p${i}`, key: `p${i}` }))
    const [state] = desk.alerter.receivers
    assert.deepEqual([state?.waiting, state?.counts.lost], [1000, 11])
    server.reaction = accept
    await desk.clock.advance(1000)
    await server.requests(1001)
    const bodies = server.received.slice(1).map(({ body }) => JSON.parse(body))
    assert.deepEqual(
      bodies.slice(0, 2).map(({ pool, lost }) => [pool, lost]),
      [
        ['p10', 11],
        ['p11', 0],
      ],
    )
  })

  it('goes on after a restart with what waits, what lasts, and what was told', async () => {
    const { desk, server } = await Desk.one()
    server.reaction = hang
    desk.alerter.take(event({ pool: 'a', key: 'a' }))
    await Promise.all([desk.quiet(1), server.requests(1)])
    desk.alerter.take(event({ pool: 'b', key: 'b' }))
    await using next = desk.restart()
    server.reaction = accept
    next.alerter.adopt([receiver({ url: server.url })])
    await next.quiet()
    assert.deepEqual(server.told, ['failover a', 'failover a', 'failover b'])
    next.alerter.take(event({ pool: 'b', key: 'b' }))
    next.alerter.take(event({ ...end('b'), resolves: 'b' }))
    await next.quiet()
    assert.deepEqual(server.told.slice(3), ['failback b'])
    assert.deepEqual(
      next.alerter.lasting.map(({ key }) => key),
      ['a'],
    )
  })

  it('has nothing to tell to receivers that are gone', async () => {
    const { desk, server } = await Desk.one()
    await using _ = desk
    server.reaction = status(503)
    desk.alerter.take(event())
    await desk.quiet()
    desk.alerter.adopt([])
    assert.deepEqual(desk.states(), ['failover cancelled'])
    assert.deepEqual(desk.alerter.lasting, [])
    await desk.pass(HOUR_MS)
    assert.equal(server.received.length, 1)
  })

  it('keeps what lasts or waits, and of the rest the newest', async () => {
    const { desk, server } = await Desk.one({ minSeverity: 'critical' })
    await using _ = desk
    desk.alerter.take(event({ severity: 'critical', key: 'lasts' }))
    await desk.quiet()
    for (let i = 0; i < 2500; i++) desk.alerter.take(event({ key: `${i}` }))
    await desk.quiet()
    assert.equal(desk.stored.size, 2000)
    assert.equal(desk.alerter.recent(5000).at(-1)?.event.key, 'lasts')
    assert.equal(desk.alerter.recent(1)[0]?.event.key, '2499')
    assert.equal(server.received.length, 1)
  })

  it('lets what is never taken hold up its own pool only, however many pools have such a one', async () => {
    const { desk, server } = await Desk.one()
    await using _ = desk
    server.reaction = response => {
      const { body = '' } = server.received.at(-1) ?? {}
      const isPoison = ['bad', 'worse'].includes(JSON.parse(body).pool)
      return isPoison ? status(500)(response) : accept(response)
    }
    for (const pool of ['bad', 'worse', 'a', 'b', 'bad', 'a'])
      desk.alerter.take(event({ pool, key: `${desk.stored.size}` }))
    for (let i = 0; i < 2; i++) await desk.pass(2000)
    assert.deepEqual(
      server.told.slice(0, 5),
      ['bad', 'worse', 'a', 'b', 'a'].map(pool => `failover ${pool}`),
    )
    desk.alerter.take(event({ pool: 'b', key: 'more' }))
    for (let i = 0; i < 3; i++) await desk.pass(5000)
    assert.ok(server.told.slice(5).includes('failover b'))
    server.reaction = accept
    for (let i = 0; i < 4; i++) await desk.pass(20_000)
    assert.deepEqual(
      desk.states(),
      Array.from({ length: 7 }, () => 'failover sent'),
    )
  })

  it('by mail tries again what is put off, gives up what is refused, and says so', async () => {
    await using desk = new Desk()
    await using server = await SmtpServer.start()
    desk.alerter.adopt([mailReceiver({ port: server.port })])
    const subjects = (): string[] => server.mails.map(({ data }) => /^Subject: (.*)$/m.exec(data)?.[1] ?? '')
    server.says = command => (command.startsWith('RCPT') ? '450 4.2.0 greylisted' : undefined)
    desk.alerter.take(event({ summary: 'one' }))
    desk.alerter.take(event({ pool: 'b', key: 'b', summary: 'two' }))
    await desk.pass(3000)
    await desk.pass(10_000)
    assert.deepEqual(subjects(), [])
    assert.deepEqual(desk.lines, ['alerts: mail: 450 4.2.0 greylisted (at RCPT TO); tried again'])
    server.says = () => undefined
    await desk.pass(20_000)
    assert.deepEqual(subjects(), ['[warning] one', '[warning] two'])
    server.says = command => (command.startsWith('RCPT') ? '550 5.1.1 nobody' : undefined)
    desk.alerter.take(end())
    await desk.quiet()
    assert.deepEqual(desk.lines.slice(1), [
      'alerts: mail takes them again',
      'alerts: mail refuses an alert for good: 550 5.1.1 nobody (at RCPT TO)',
    ])
    assert.deepEqual(desk.states('mail'), ['failover sent', 'failover sent', 'failback refused'])
    const tried = server.commands.filter(command => command.startsWith('RCPT')).length
    await desk.pass(3 * HOUR_MS)
    assert.equal(server.commands.filter(command => command.startsWith('RCPT')).length, tried)
  })

  it('says which recipients a mail does not reach, once, while the others have it', async () => {
    await using desk = new Desk()
    await using server = await SmtpServer.start()
    desk.alerter.adopt([mailReceiver({ port: server.port, to: ['gone@corp.test', 'ops@corp.test'] })])
    server.says = command => (command.startsWith('RCPT TO:<gone') ? '550 5.1.1 gone' : undefined)
    for (const one of [event(), end()]) desk.alerter.take(one)
    await desk.quiet()
    assert.deepEqual(
      server.mails.map(({ to }) => to),
      [['ops@corp.test'], ['ops@corp.test']],
    )
    assert.deepEqual(desk.lines, ['alerts: mail takes them, but: 550 5.1.1 gone (at RCPT TO gone@corp.test)'])
  })
})
