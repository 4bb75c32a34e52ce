/** Events and receivers of tests. */
import type { AlertEvent } from '#alert/event.ts'
import type { Message } from '#alert/message.ts'
import type { HttpReceiver, MailReceiver, MailRoute } from '#alert/receiver.ts'

let events = 0

/** A failover of lb.test/www that lasts. */
export function event(said: Partial<AlertEvent> = {}): AlertEvent {
  const { pool = 'www' } = said
  return {
    id: `id-${++events}`,
    kind: 'failover',
    severity: 'warning',
    key: `failover lb.test ${pool} ipv4`,
    lasts: true,
    zone: 'lb.test',
    pool,
    family: 'ipv4',
    summary: `lb.test/${pool} A: failover from primary to backup`,
    detail: 'primary is down: connection refused',
    atMs: Date.UTC(2026, 0, 1),
    node: 'ns1',
    ...said,
  }
}

/** The end of what `event` gives for that pool. */
export function end(pool = 'www'): AlertEvent {
  return event({
    kind: 'failback',
    severity: 'info',
    key: `failback lb.test ${pool} ipv4`,
    resolves: `failover lb.test ${pool} ipv4`,
    lasts: false,
    pool,
    summary: `lb.test/${pool} A: failback from backup to primary`,
    detail: 'up again and preferred to backup',
  })
}

export function receiver(said: Partial<HttpReceiver> = {}): HttpReceiver {
  return {
    name: 'hook',
    type: 'webhook',
    url: 'http://127.0.0.1:9/',
    minSeverity: 'info',
    repeatMs: 4 * 3_600_000,
    ...said,
  }
}

/** By a server on this host, in the clear. */
export function mailReceiver(route: Partial<MailRoute> = {}): MailReceiver {
  const { url: _, secret: __, ...said } = receiver({ name: 'mail' })
  const usual: MailRoute = {
    host: '127.0.0.1',
    port: 25,
    tls: 'off',
    from: 'understudy@ns.test',
    to: ['ops@corp.test'],
  }
  return { ...said, type: 'smtp', route: { ...usual, ...route } }
}

/** Of a failover, told for the first time. */
export function message(said: Partial<Message> = {}): Message {
  return {
    event: event({ id: 'one' }),
    opening: undefined,
    isReminder: false,
    lost: 0,
    wallMs: Date.UTC(2026, 0, 1, 0, 0, 5),
    ...said,
  }
}
