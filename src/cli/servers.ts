/** Speaks to one server or several, each told what all are; what one refuses the next may do. */
import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import type { Remote } from './api.ts'

export interface ServerOptions {
  readonly server: readonly string[]
  readonly tokenFile?: string
}

const DEFAULT_SERVERS = ['http://127.0.0.1:8053']
const MAX_TOKEN_CHARACTERS = 4096

/** The options of every command that speaks to a running server. */
export function speaking(command: Command): Command {
  const collect = (url: string, before: string[] | undefined): string[] =>
    before === undefined || before === DEFAULT_SERVERS ? [url] : [...before, url]
  return command
    .option(
      '--server <url>',
      'admin listener of the server; given again, each is asked',
      collect,
      DEFAULT_SERVERS,
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
  for (const remote of await remotes(options)) {
    const { url } = remote
    try {
      replies.push({ url, value: await ask(remote) })
    } catch (error) {
      replies.push({ url, error: error instanceof Error ? error.message : String(error) })
    }
  }
  return replies
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

function under(head: string, text: string): string {
  if (head === '') return text
  return `${head}:${text.includes('\n') ? '\n' : ' '}${text}`
}

/** Says how many have failed; gives the exit code. */
export function tally(replies: readonly Reply<unknown>[]): number {
  const failed = replies.filter(reply => 'error' in reply).length
  if (failed > 0 && replies.length > 1)
    process.stderr.write(`done on ${replies.length - failed} of ${replies.length} servers\n`)
  return failed === 0 ? 0 : 1
}
