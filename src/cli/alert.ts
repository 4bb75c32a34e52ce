/** `understudy alert test`: whether a receiver of alerts takes them. */
import type { TestedView } from '#control/view.ts'
import { ask } from './api.ts'
import { author } from './reload.ts'
import { askEach, printReplies, type ServerOptions } from './servers.ts'

/** Asks each server to send one; gives the exit code, 1 if any of them cannot. */
export async function testAlert(receiver: string, options: ServerOptions): Promise<number> {
  const body = { receiver, author: author() }
  const replies = await askEach(
    options,
    async remote => (await ask(remote, { method: 'POST', path: '/api/v1/alerts/test', body })) as TestedView,
  )
  return printReplies(replies, ({ detail }) => `${receiver} has taken a test: ${detail}`)
}
