/** `understudy alert test`: whether a receiver of alerts takes them. */
import type { TestedView } from '#control/view.ts'
import { ask } from './api.ts'
import { author, type OperateOptions } from './operate.ts'

/** Asks each server to send one; gives the exit code, 1 if any of them cannot. */
export async function testAlert(receiver: string, { server }: OperateOptions): Promise<number> {
  let failed = 0
  for (const one of server) {
    const prefix = server.length > 1 ? `${one}: ` : ''
    try {
      const body = { receiver, author: author() }
      const { detail } = (await ask(one, { method: 'POST', path: '/api/v1/alerts/test', body })) as TestedView
      process.stdout.write(`${prefix}${receiver} has taken a test: ${detail}\n`)
    } catch (error) {
      failed++
      process.stderr.write(`${prefix}${error instanceof Error ? error.message : String(error)}\n`)
    }
  }
  return failed === 0 ? 0 : 1
}
