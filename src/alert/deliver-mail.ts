/** Sends by SMTP (RFC 5321), over a connection of its own, by nodemailer. */
import { createTransport, type SentMessageInfo } from 'nodemailer'
import { cut } from './json-post.ts'
import type { Delivered, Mail } from './message.ts'
import { NETWORK_WORDS } from './network-words.ts'
import type { MailRoute } from './receiver.ts'

/** Of each step; of all of them whoever gives the signal decides. */
const STEP_TIMEOUT_MS = 30_000
const CLOSE_TIMEOUT_MS = 1000
const MAX_REPLY_BYTES = 65_536
const MAX_REPLY_SHOWN = 200

/** Steps at which a reply is about this message; others are about who sends it, or the server itself. */
const OF_MESSAGE: readonly unknown[] = ['MAIL FROM', 'RCPT TO', 'DATA']

/** Bad sequence of commands, and authentication required (RFC 4954): not the message is wrong. */
const OF_SESSION: readonly number[] = [503, 530]

/** What nodemailer throws, or says of one recipient. */
interface Rejection {
  readonly code?: string
  readonly originalCode?: string
  readonly responseCode?: number
  readonly response?: string
  readonly command?: string
  readonly recipient?: string
}

/** Ends when the server has taken or refused it, or the signal is given. Never rejects. */
export async function deliverMail(mail: Mail, signal: AbortSignal): Promise<Delivered> {
  const { route, fromName, subject, text, messageId, references, wallMs } = mail
  try {
    const sent = await transportOf(route).sendMail({
      from: { name: fromName, address: route.from },
      to: route.to.map(address => ({ name: '', address })),
      subject,
      text,
      messageId,
      references: [...references],
      date: new Date(wallMs),
      // RFC 3834: nobody answers it by a machine.
      headers: { 'Auto-Submitted': 'auto-generated' },
      disableFileAccess: true,
      disableUrlAccess: true,
      signal,
    })
    return judgeSent(sent, route)
  } catch (error) {
    return judgeError(error as Rejection, route)
  }
}

function transportOf({ host, port, tls, login }: MailRoute) {
  return createTransport({
    host,
    port,
    secure: tls === 'implicit',
    requireTLS: tls === 'starttls',
    ignoreTLS: tls === 'off',
    // Otherwise mail would go out without a login where the server offers none.
    ...(login !== undefined && { auth: { user: login.user, pass: login.password }, forceAuth: true }),
    connectionTimeout: STEP_TIMEOUT_MS,
    greetingTimeout: STEP_TIMEOUT_MS,
    socketTimeout: STEP_TIMEOUT_MS,
    dnsTimeout: STEP_TIMEOUT_MS,
    socketCloseTimeout: CLOSE_TIMEOUT_MS,
    maxResponseSize: MAX_REPLY_BYTES,
    allowInternalNetworkInterfaces: true,
  })
}

/** It may have been taken for some recipients only: to send it again would tell these over and over, and others of nothing more. */
function judgeSent({ response, rejectedErrors = [] }: SentMessageInfo, route: MailRoute): Delivered {
  const said = (rejectedErrors as readonly Rejection[]).map(one => replyOf(one, route))
  const detail = quoted(String(response), route)
  return { kind: 'accepted', detail, ...(said.length > 0 && { but: said.join('; ') }) }
}

function judgeError(error: Rejection, route: MailRoute): Delivered {
  if (error.responseCode === undefined) return { kind: 'failed', detail: faultOf(error) }
  const detail = replyOf(error, route)
  if (isFinal(error)) return { kind: 'refused', detail }
  return { kind: 'failed', detail, ...(error.command === 'DATA' && { ofMessage: true }) }
}

/** RFC 5321 section 4.2.1: 4yz is for now, 5yz for good. */
function isFinal({ responseCode = 0, command }: Rejection): boolean {
  return responseCode >= 500 && !OF_SESSION.includes(responseCode) && OF_MESSAGE.includes(command)
}

function replyOf(
  { responseCode, response = '', command = '', recipient }: Rejection,
  route: MailRoute,
): string {
  const step = recipient === undefined ? command : `${command} ${recipient}`
  // What a server says of a login may hold it.
  const isShown = OF_MESSAGE.includes(command)
  return `${isShown ? quoted(response, route) : `status ${responseCode}`} (at ${step})`
}

/** What a server has said, as a part of a line. */
function quoted(reply: string, { login }: MailRoute): string {
  if (login !== undefined && reply.includes(login.password)) return `status ${reply.slice(0, 3)}`
  return cut(reply.replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]+/gu, ' ').trim(), MAX_REPLY_SHOWN)
}

/** By code: messages may hold what is secret. */
function faultOf({ code = 'unknown', originalCode }: Rejection): string {
  const said = originalCode === undefined ? undefined : NETWORK_WORDS[originalCode]
  return said ?? WORDS[code] ?? `cannot be told: ${originalCode ?? code}`
}

const WORDS: Readonly<Record<string, string>> = {
  EABORT: 'broken off',
  ETIMEDOUT: `no answer within ${STEP_TIMEOUT_MS / 1000}s`,
  EDNS: 'its name cannot be resolved now',
  ECONNECTION: 'connection closed without an answer',
  EPROTOCOL: 'its answer is not SMTP',
}
