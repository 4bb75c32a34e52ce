/** `understudy status`: what the pools answer now, from a running server or several. */
import { seenBy, seenText } from './seen.ts'
import { askEach, printJson, printReplies, type ServerOptions } from './servers.ts'
import { terminalOf } from './terminal.ts'
import { watchStatus } from './watch.ts'

export interface StatusOptions extends ServerOptions {
  readonly json?: boolean
  readonly watch?: boolean
  /** False where no colours are wanted. */
  readonly color?: boolean
}

/** Gives the exit code: 1 if a server cannot be asked, or knows no such name; with `watch` 0 in the end. */
export async function status(name: string | undefined, options: StatusOptions): Promise<number> {
  if (options.watch === true) return await watchStatus(name, options)
  const replies = await askEach(options, remote => seenBy(remote, name))
  if (options.json === true) return printJson(replies, ({ alarms, pools }) => ({ alarms, pools }))
  const terminal = terminalOf(process.stdout, process.env, options.color)
  return printReplies(replies, seen => seenText(seen, terminal))
}
