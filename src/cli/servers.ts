/** Speaks to one server or several, each told what all are; what one refuses the next may do. */
import { readFile } from 'node:fs/promises'
import { type Command, Option } from 'commander'
import type { Remote } from './api.ts'
import { fold } from './terminal.ts'
import { oneLine } from './text-width.ts'

export interface ServerOptions {
  readonly server: readonly string[]
  readonly tokenFile?: string
}

export const DEFAULT_SERVERS = ['http://127.0.0.1:8053']
const MAX_TOKEN_CHARACTERS = 4096

/** The options of every command that speaks to a running server. */
export function speaking(command: Command): Command {
  const collect = (url: string, before: string[] | undefined): string[] =>
    before === undefined || before === DEFAULT_SERVERS ? [url] : [...before, url]
  return command
    .addOption(
      new Option('--server <url>', 'admin listener of the server; given again, each is asked')
        .argParser(collect)
        .default(DEFAULT_SERVERS, DEFAULT_SERVERS.join(', ')),
    )
    .option('--token-file <file>', 'file with the token (default: the variable UNDERSTUDY_TOKEN)')
}

/** The servers with the token for them. Throws, with words for a person, if that cannot be read. */
export async function remotes({ server, tokenFile }: ServerOptions): Promise<Remote[]> {
  const from = tokenFile ?? 'UNDERSTUDY_TOKEN'
  const text = tokenFile === undefined ? process.env['UNDERSTUDY_TOKEN'] : await readFile(tokenFile, 'utf8')
  const token = text?.trim() ?? ''
  if (token === '' && tokenFile === undefined) return server.map(url => ({ url }))
  if (!/^[\x21-\x7e]+$/.test(token) || token.length > MAX_TOKEN_CHARACTERS)
    throw new Error(`${from} holds no token: a token is one word, as "understudy token" prints it`)
  return server.map(url => ({ url, token }))
}

/** What one server has answered, or why there is no answer. */
export type Reply<T> = { readonly url: string } & ({ readonly value: T } | { readonly error: string })

/** Asks one server after the other. Never rejects for one of them. */
export async function askEach<T>(
  options: ServerOptions,
  ask: (remote: Remote) => Promise<T>,
): Promise<Reply<T>[]> {
  const replies: Reply<T>[] = []
  for (const remote of await remotes(options)) replies.push(await replyOf(remote, ask))
  return replies
}

/** Asks all at once. Never rejects for one of them. */
export function askAll<T>(
  servers: readonly Remote[],
  ask: (remote: Remote) => Promise<T>,
): Promise<Reply<T>[]> {
  return Promise.all(servers.map(remote => replyOf(remote, ask)))
}

async function replyOf<T>(remote: Remote, ask: (remote: Remote) => Promise<T>): Promise<Reply<T>> {
  const { url } = remote
  try {
    return { url, value: await ask(remote) }
  } catch (error) {
    return { url, error: error instanceof Error ? error.message : String(error) }
  }
}

/** All replies, each under the name of its server, if there are several; no line is wider than so many columns if those of the text are not. */
export function replyText<T>(
  replies: readonly Reply<T>[],
  columns: number,
  text: (value: T) => string,
): string {
  const isOne = replies.length === 1
  const folded = (line: string): string => fold(oneLine(line), columns, '  ').join('\n')
  const parts = replies.map(reply => {
    if ('error' in reply) return folded(isOne ? reply.error : `${reply.url}: ${reply.error}`)
    return isOne ? text(reply.value) : `${folded(`${reply.url}:`)}\n${text(reply.value)}`
  })
  return parts.join('\n')
}

/** Prints each reply under the name of its server, if there are several; gives the exit code: 1 if any has failed. */
export function printReplies<T>(replies: readonly Reply<T>[], text: (value: T) => string): number {
  const isOne = replies.length === 1
  for (const reply of replies) {
    if ('value' in reply) process.stdout.write(`${under(isOne ? '' : reply.url, text(reply.value))}\n`)
    else process.stderr.write(`${under(isOne ? 'understudy' : reply.url, reply.error)}\n`)
  }
  return tally(replies)
}

/** Prints one JSON document: what the one server has said, or a list of what each has; gives the exit code. */
export function printJson<T>(replies: readonly Reply<T>[], document: (value: T) => object): number {
  const [only] = replies
  if (replies.length === 1 && only !== undefined && 'error' in only) return printReplies(replies, String)
  const servers = replies.map(reply =>
    'value' in reply
      ? { server: reply.url, ...document(reply.value) }
      : { server: reply.url, error: reply.error },
  )
  const isOne = replies.length === 1 && only !== undefined && 'value' in only
  const all = isOne ? document(only.value) : { servers }
  process.stdout.write(`${JSON.stringify(all, null, 2)}\n`)
  return tally(replies)
}

function under(head: string, text: string): string {
  if (head === '') return text
  return `${head}:${text.includes('\n') ? '\n' : ' '}${text}`
}

/** Says how many have failed; gives the exit code. */
function tally(replies: readonly Reply<unknown>[]): number {
  const failed = replies.filter(reply => 'error' in reply).length
  if (failed > 0 && replies.length > 1)
    process.stderr.write(`done on ${replies.length - failed} of ${replies.length} servers\n`)
  return failed === 0 ? 0 : 1
}
