/** A mail server that speaks SMTP (RFC 5321) on a real socket: EHLO, STARTTLS, AUTH PLAIN, PIPELINING; or says whatever a test wants. */
import { EventEmitter, once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { createSecureContext, type SecureContext, TLSSocket } from 'node:tls'
import type { Certificate } from './certificates.ts'

export interface ReceivedMail {
  readonly from: string
  readonly to: readonly string[]
  /** Header and body as they were meant, with `\r\n`. */
  readonly data: string
  readonly secure: boolean
  readonly user: string | undefined
}

export interface SmtpServerOptions {
  /** With it STARTTLS is offered; with `implicit` there is TLS from the first byte on. */
  readonly certificate?: Certificate
  readonly implicit?: boolean
  /** Without it nobody may send anything. */
  readonly login?: { readonly user: string; readonly password: string }
}

/** What is said to a command instead: a whole reply, nothing at all, or what would be said anyway. */
export type Says = (command: string) => string | 'nothing' | undefined

export class SmtpServer implements AsyncDisposable {
  /** May be changed at any time; the greeting is asked for as an empty command, the end of a message as `.`. */
  says: Says = () => undefined
  readonly mails: ReceivedMail[] = []
  /** Every command of every session. */
  readonly commands: string[] = []
  readonly #heard = new EventEmitter()
  readonly #server: Server
  readonly #sockets = new Set<Socket>()

  private constructor(options: SmtpServerOptions) {
    const context = options.certificate && createSecureContext(options.certificate)
    this.#server = createServer(socket => {
      this.#sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => this.#sockets.delete(socket))
      const session = new Session(options, context, {
        says: command => {
          this.commands.push(command)
          this.#heard.emit('command')
          return this.says(command)
        },
        take: mail => this.mails.push(mail),
      })
      session.begin(socket)
    })
  }

  static async start(options: SmtpServerOptions = {}): Promise<SmtpServer> {
    const smtp = new SmtpServer(options)
    smtp.#server.listen(0, '127.0.0.1')
    await once(smtp.#server, 'listening')
    return smtp
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** Resolves once so many commands that begin so have come in all. */
  async heard(beginning: string, count = 1): Promise<void> {
    while (this.commands.filter(command => command.startsWith(beginning)).length < count)
      await once(this.#heard, 'command')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close')
    this.#server.close()
    for (const socket of this.#sockets) socket.destroy()
    await closed
  }
}

interface Ears {
  says: Says
  take(mail: ReceivedMail): void
}

class Session {
  readonly #options: SmtpServerOptions
  readonly #context: SecureContext | undefined
  readonly #ears: Ears
  #socket: Socket | undefined
  #rest = ''
  #secure = false
  #user: string | undefined
  #from: string | undefined
  #to: string[] = []
  /** The lines of a message, while it comes. */
  #lines: string[] | undefined

  constructor(options: SmtpServerOptions, context: SecureContext | undefined, ears: Ears) {
    this.#options = options
    this.#context = context
    this.#ears = ears
  }

  begin(socket: Socket): void {
    if (this.#options.implicit === true) this.#secureOver(socket)
    else this.#listen(socket)
    this.#reply('', '220 mail.test ESMTP')
  }

  #listen(socket: Socket): void {
    this.#socket = socket
    socket.on('error', () => undefined)
    socket.on('data', chunk => this.#read(chunk.toString('latin1')))
  }

  #secureOver(socket: Socket): void {
    socket.removeAllListeners('data')
    this.#secure = true
    this.#rest = ''
    this.#listen(
      new TLSSocket(socket, { isServer: true, ...(this.#context && { secureContext: this.#context }) }),
    )
  }

  #read(text: string): void {
    const lines = (this.#rest + text).split('\r\n')
    this.#rest = lines.pop() ?? ''
    for (const line of lines) this.#line(line)
  }

  #line(line: string): void {
    if (this.#lines === undefined) this.#command(line)
    else if (line !== '.') this.#lines.push(line.replace(/^\./, ''))
    else this.#endOfData(this.#lines)
  }

  #command(line: string): void {
    const verb = (/^[A-Za-z]+/.exec(line)?.[0] ?? '').toUpperCase()
    if (verb === 'STARTTLS' && this.#context !== undefined && !this.#secure) {
      if (this.#reply(line, '220 go ahead') === '220 go ahead' && this.#socket !== undefined)
        this.#secureOver(this.#socket)
      return
    }
    this.#reply(line, this.#answerTo(verb, line))
  }

  #answerTo(verb: string, line: string): string {
    if (verb === 'EHLO') return this.#extensions()
    if (verb === 'AUTH') return this.#authenticate(line)
    if (verb === 'RSET' || verb === 'NOOP') return '250 ok'
    if (verb === 'QUIT') return '221 bye'
    if (verb === 'MAIL')
      return this.#options.login && this.#user === undefined ? '530 5.7.0 log in' : '250 ok'
    if (verb === 'RCPT') return this.#from === undefined ? '503 whose?' : '250 ok'
    if (verb === 'DATA') return this.#to.length === 0 ? '503 to whom?' : '354 go on'
    return '500 what?'
  }

  #extensions(): string {
    const extensions = [
      'mail.test',
      ...(this.#context !== undefined && !this.#secure ? ['STARTTLS'] : []),
      ...(this.#options.login !== undefined ? ['AUTH PLAIN'] : []),
      'PIPELINING',
      '8BITMIME',
      'SIZE 1000000',
    ]
    return extensions.map((one, i) => `250${i === extensions.length - 1 ? ' ' : '-'}${one}`).join('\r\n')
  }

  #authenticate(line: string): string {
    const { login } = this.#options
    const [, user, password] = Buffer.from(line.split(' ')[2] ?? '', 'base64')
      .toString()
      .split('\0')
    if (login === undefined || user !== login.user || password !== login.password)
      return `535 5.7.8 ${line} is wrong`
    this.#user = user
    return '235 2.7.0 welcome'
  }

  #endOfData(lines: readonly string[]): void {
    this.#lines = undefined
    const mail = { from: this.#from ?? '', to: this.#to, data: `${lines.join('\r\n')}\r\n` }
    if (this.#reply('.', '250 2.0.0 queued')?.startsWith('2') === true)
      this.#ears.take({ ...mail, secure: this.#secure, user: this.#user })
    this.#from = undefined
    this.#to = []
  }

  /** Says it, or what the test says; gives what was said. What a command means counts only if it is taken. */
  #reply(command: string, usual: string): string | undefined {
    const said = this.#ears.says(command) ?? usual
    if (said === 'nothing') return undefined
    this.#socket?.write(`${said}\r\n`, 'latin1')
    if (!/^[23]/.test(said)) return said
    const path = /<([^>]*)>/.exec(command)?.[1] ?? ''
    if (/^MAIL/i.test(command)) this.#from = path
    if (/^RCPT/i.test(command)) this.#to.push(path)
    if (/^DATA/i.test(command)) this.#lines = []
    return said
  }
}
