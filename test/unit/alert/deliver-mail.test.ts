/** Mail by real SMTP: sessions in full, in the clear and encrypted, and servers that refuse, put off, hang and lie. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { describe, it } from 'node:test'
import { deliver } from '#alert/deliver.ts'
import type { Delivered } from '#alert/message.ts'
import type { MailRoute } from '#alert/receiver.ts'
import { render } from '#alert/render.ts'
import { certificate, trustOurAuthority } from '#test/certificates.ts'
import { RawServer } from '#test/raw-server.ts'
import { type Says, SmtpServer } from '#test/smtp-server.ts'
import { end, event, mailReceiver, message } from './events.ts'

trustOurAuthority()

const LIMIT = { timeout: 30_000 }
const NEVER = new AbortController().signal
const LOGIN = { user: 'alerts', password: 'hunter2 ä' }

function send(route: Partial<MailRoute>, said = message(), signal = NEVER): Promise<Delivered> {
  return deliver(render(mailReceiver(route), said), signal)
}

/** What comes of a mail to a server that says so. */
async function answered(says: Says, route: Partial<MailRoute> = {}): Promise<Delivered> {
  await using server = await SmtpServer.start()
  server.says = says
  return await send({ port: server.port, ...route })
}

/** Says that to every command that begins so. */
function to(beginning: string, reply: string): Says {
  return command => (command.startsWith(beginning) ? reply : undefined)
}

/** A header of the mail, unfolded. */
function headerOf(data: string, name: string): string | undefined {
  const [head = ''] = data.split('\r\n\r\n')
  const unfolded = head.replace(/\r\n[ \t]+/g, ' ').split('\r\n')
  const start = `${name.toLowerCase()}: `
  return unfolded.find(line => line.toLowerCase().startsWith(start))?.slice(start.length)
}

describe('mail', LIMIT, () => {
  it('has a subject, the facts, and is a thread with what it ends', async () => {
    await using server = await SmtpServer.start()
    assert.deepEqual(await send({ port: server.port }), { kind: 'accepted', detail: '250 2.0.0 queued' })
    await send(
      { port: server.port },
      message({ event: { ...end(), id: 'two' }, opening: event({ id: 'one' }) }),
    )
    const [first, second] = server.mails
    assert.ok(first !== undefined && second !== undefined)
    assert.deepEqual([first.from, first.to, first.secure], ['understudy@ns.test', ['ops@corp.test'], false])
    assert.equal(headerOf(first.data, 'From'), 'Understudy ns1 <understudy@ns.test>')
    assert.equal(headerOf(first.data, 'Subject'), '[warning] lb.test/www A: failover from primary to backup')
    assert.equal(headerOf(first.data, 'Message-ID'), '<one@ns.test>')
    assert.equal(headerOf(first.data, 'Date'), 'Thu, 01 Jan 2026 00:00:05 +0000')
    assert.equal(headerOf(first.data, 'Auto-Submitted'), 'auto-generated')
    assert.equal(
      first.data.split('\r\n\r\n').slice(1).join('\n\n').replaceAll('\r\n', '\n'),
      `lb.test/www A: failover from primary to backup

primary is down: connection refused

kind:     failover, warning
pool:     lb.test/www
family:   ipv4
when:     2026-01-01T00:00:00.000Z
node:     ns1
id:       one
`,
    )
    assert.equal(headerOf(second.data, 'Subject'), '[over] lb.test/www A: failback from backup to primary')
    assert.deepEqual(
      ['Message-ID', 'References'].map(name => headerOf(second.data, name)),
      ['<two@ns.test>', '<one@ns.test>'],
    )
  })

  it('of a reminder has a Message-ID of its own, and says so', async () => {
    await using server = await SmtpServer.start()
    await send({ port: server.port }, message({ isReminder: true, lost: 2 }))
    const data = server.mails[0]?.data ?? ''
    assert.match(headerOf(data, 'Subject') ?? '', /^\[warning\] \(still\) /)
    assert.match(headerOf(data, 'Message-ID') ?? '', /^<one\.\d+@ns\.test>$/)
    assert.match(data, /You were told of this before.*\r\n2 earlier alerts were lost/)
  })

  it('has no header, recipient or end that came from outside', async () => {
    await using server = await SmtpServer.start()
    const evil = 'x\r\nBcc: evil@evil.test\r\n\r\n.\r\nMAIL FROM:<evil@evil.test>\r\n\u2028y\u202e'
    const said = event({
      id: 'one',
      summary: `down: ${evil}`,
      detail: `.\r\n.\r\n${evil}`,
      pool: evil,
      node: evil,
    })
    assert.equal((await send({ port: server.port }, message({ event: said }))).kind, 'accepted')
    const [mail, ...more] = server.mails
    assert.equal(more.length, 0)
    assert.deepEqual(mail?.to, ['ops@corp.test'])
    assert.equal(headerOf(mail.data, 'Bcc'), undefined)
    assert.equal(headerOf(mail.data, 'To'), 'ops@corp.test')
    assert.match(
      headerOf(mail.data, 'Subject') ?? '',
      /^\[warning\] down: x Bcc: evil@evil\.test \. MAIL FROM/,
    )
    assert.deepEqual(
      server.commands
        .filter(command => /^(MAIL|RCPT)/.test(command))
        .map(command => command.replace(/ SIZE.*/, '')),
      ['MAIL FROM:<understudy@ns.test>', 'RCPT TO:<ops@corp.test>'],
    )
  })

  it('is put off by 4yz and refused by 5yz to the message', async () => {
    const greylisted = '450 4.2.0 greylisted, come back in 300 s'
    assert.deepEqual(await answered(to('RCPT', greylisted)), {
      kind: 'failed',
      detail: `${greylisted} (at RCPT TO)`,
    })
    assert.deepEqual(await answered(to('RCPT', '550 5.1.1 nobody here')), {
      kind: 'refused',
      detail: '550 5.1.1 nobody here (at RCPT TO)',
    })
    for (const [beginning, reply, kind] of [
      ['MAIL', '451 4.3.0 later', 'failed'],
      ['MAIL', '550 5.7.1 not you', 'refused'],
      ['DATA', '452 4.3.1 full', 'failed'],
      ['.', '421 4.3.2 going down', 'failed'],
      ['.', '554 5.6.0 looks like spam', 'refused'],
      // These are about the session.
      ['', '554 5.3.2 go away', 'failed'],
      ['EHLO', '550 5.5.0 who are you', 'failed'],
      ['MAIL', '530 5.7.0 log in', 'failed'],
      ['MAIL', '503 5.5.1 not now', 'failed'],
    ] as const) {
      const delivered = await answered(command =>
        (beginning === '' ? command === '' : command.startsWith(beginning)) ? reply : undefined,
      )
      assert.equal(delivered.kind, kind, `${beginning}: ${reply}: ${JSON.stringify(delivered)}`)
    }
  })

  it('says whether another mail may fare better', async () => {
    for (const [beginning, ofMessage] of [
      ['DATA', true],
      ['MAIL', undefined],
    ] as const) {
      const delivered = await answered(to(beginning, '451 4.3.0 later'))
      assert.equal('ofMessage' in delivered ? delivered.ofMessage : undefined, ofMessage)
    }
  })

  it('for several goes to those who are there, and says who is not', async () => {
    const all = ['gone@corp.test', 'ops@corp.test']
    for (const reply of ['550 5.1.1 gone', '452 4.2.2 full'])
      assert.deepEqual(await answered(to('RCPT TO:<gone', reply), { to: all }), {
        kind: 'accepted',
        detail: '250 2.0.0 queued',
        but: `${reply} (at RCPT TO gone@corp.test)`,
      })
    const none: Says = command =>
      to('RCPT TO:<gone', '550 5.1.1 gone')(command) ?? to('RCPT', '450 4.2.0 later')(command)
    assert.deepEqual(await answered(none, { to: all }), {
      kind: 'failed',
      detail: '450 4.2.0 later (at RCPT TO)',
    })
  })

  it('goes over STARTTLS or TLS with a login', async () => {
    for (const implicit of [false, true]) {
      await using server = await SmtpServer.start({
        certificate: certificate('good'),
        implicit,
        login: LOGIN,
      })
      const tls = implicit ? 'implicit' : 'starttls'
      const delivered = await send({ port: server.port, tls, login: LOGIN })
      assert.equal(delivered.kind, 'accepted', JSON.stringify(delivered))
      assert.deepEqual(
        server.mails.map(({ secure, user }) => [secure, user]),
        [[true, 'alerts']],
      )
    }
  })

  it('never goes in the clear, and shows nobody a login, where encryption is asked for', async () => {
    await using plain = await SmtpServer.start({ login: LOGIN })
    const route = { port: plain.port, tls: 'starttls', login: LOGIN } as const
    assert.equal((await send(route)).kind, 'failed')
    plain.says = command => (command === 'STARTTLS' ? '454 4.7.0 not now' : undefined)
    assert.equal((await send(route)).kind, 'failed')
    await using stranger = await SmtpServer.start({ certificate: certificate('self-signed'), login: LOGIN })
    assert.equal((await send({ ...route, port: stranger.port })).kind, 'failed')
    await using wrongName = await SmtpServer.start({ certificate: certificate('wrong-name'), login: LOGIN })
    assert.equal((await send({ ...route, port: wrongName.port })).kind, 'failed')
    for (const server of [plain, stranger, wrongName]) {
      assert.deepEqual(server.mails, [])
      assert.ok(!server.commands.some(command => /^(AUTH|MAIL)/.test(command)), server.commands.join('\n'))
    }
  })

  it('is tried again with a login that is not taken, of which nothing is said', async () => {
    const certified = { certificate: certificate('good') }
    await using server = await SmtpServer.start({ ...certified, login: { ...LOGIN, password: 'another' } })
    const route = { port: server.port, tls: 'starttls', login: LOGIN } as const
    const delivered = await send(route)
    assert.deepEqual(delivered, { kind: 'failed', detail: 'status 535 (at AUTH PLAIN)' })
    // Where a login is not offered, nothing goes out without.
    await using none = await SmtpServer.start(certified)
    assert.deepEqual(await send({ ...route, port: none.port }), {
      kind: 'failed',
      detail: 'status 535 (at AUTH PLAIN)',
    })
    assert.deepEqual(none.mails, [])
    // Nor is it shown by a server that says it back.
    await using parrot = await SmtpServer.start({ ...certified, login: LOGIN })
    parrot.says = to('RCPT', `550 no, ${LOGIN.password.replace('ä', 'Ã¤')}`)
    assert.deepEqual(await send({ ...route, port: parrot.port }), {
      kind: 'refused',
      detail: 'status 550 (at RCPT TO)',
    })
  })

  it('ends with the signal, at whatever step a server says nothing', async () => {
    for (const beginning of ['', 'EHLO', 'MAIL', 'RCPT', 'DATA', '.']) {
      await using server = await SmtpServer.start()
      const isIt = (command: string): boolean =>
        beginning === '' ? command === '' : command.startsWith(beginning)
      server.says = command => (isIt(command) ? 'nothing' : undefined)
      const abort = new AbortController()
      const delivered = send({ port: server.port }, message(), abort.signal)
      await server.heard(beginning)
      abort.abort()
      assert.deepEqual(await delivered, { kind: 'failed', detail: 'broken off' })
      assert.deepEqual(server.mails, [])
    }
  })

  it('takes no reply without end, nor what is no SMTP', async () => {
    await using flood = await RawServer.start(socket => {
      const more = (): void => {
        while (!socket.destroyed && socket.write(`220-${'a'.repeat(4000)}\r\n`));
        if (!socket.destroyed) socket.once('drain', more)
      }
      more()
    })
    assert.deepEqual(await send({ port: flood.port }), { kind: 'failed', detail: 'its answer is not SMTP' })
    await using web = await RawServer.start(socket => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
    assert.equal((await send({ port: web.port })).kind, 'failed')
    await using silent = await RawServer.start(socket => socket.end())
    assert.deepEqual(await send({ port: silent.port }), {
      kind: 'failed',
      detail: 'connection closed without an answer',
    })
  })

  it('says what is wrong with the way to the server', async () => {
    const free = createServer().listen(0, '127.0.0.1')
    await once(free, 'listening')
    const { port } = free.address() as { port: number }
    free.close()
    await once(free, 'close')
    assert.deepEqual(await send({ port }), { kind: 'failed', detail: 'connection refused' })
    const nowhere = await send({ host: 'nowhere.invalid' })
    assert.equal(nowhere.kind, 'failed')
  })
})
