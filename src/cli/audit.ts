/** `understudy audit`: who has changed what, from where and why, newest last, from a running server or several. */
import type { AuditView } from '#control/view.ts'
import { getJson } from './api.ts'
import { periodText, timeText } from './history.ts'
import { askEach, printJson, printReplies, type ServerOptions } from './servers.ts'
import { tableLines } from './table.ts'
import { type Terminal, terminalOf } from './terminal.ts'

export interface AuditOptions extends ServerOptions {
  readonly since: string
  readonly limit: string
  readonly json?: boolean
  /** False where no colours are wanted. */
  readonly color?: boolean
}

/** Gives the exit code: 1 if a server cannot be asked, or refuses. */
export async function audit({ since, limit, json, color, ...options }: AuditOptions): Promise<number> {
  const query = new URLSearchParams({ since, limit })
  const replies = await askEach(options, async remote => {
    const { audit } = (await getJson(remote, `/api/v1/audit?${query}`)) as {
      readonly audit: readonly AuditView[]
    }
    return audit.toReversed()
  })
  if (json === true) return printJson(replies, audit => ({ audit }))
  return printReplies(replies, entries =>
    entries.length === 0
      ? `nobody has changed anything ${periodText(since)}`
      : auditText(entries, terminalOf(process.stdout, process.env, color)).trimEnd(),
  )
}

/** A table: when, who, from where, what, and what became of it with the reason given. */
export function auditText(entries: readonly AuditView[], terminal: Terminal): string {
  const rows = entries.map(entry => [
    timeText(entry.at),
    entry.actor,
    entry.client,
    `${entry.action}${entry.target === '' ? '' : ` ${entry.target}`}`,
    { text: entry.result, colour: entry.result === 'done' ? undefined : 'red' } as const,
    whyText(entry),
  ])
  return `${tableLines(rows, terminal).join('\n')}\n`
}

function whyText({ detail, reason, claim }: AuditView): string {
  const why = reason === '' ? '' : ` (${reason})`
  return `${detail}${why}${claim === undefined ? '' : `, says to be ${claim}`}`
}
