/** `understudy history`: what has changed, newest last, from a running server. */
import { parseDuration } from '#base/duration.ts'
import type { TransitionView } from '#control/view.ts'
import { getJson } from './api.ts'
import { seenBy } from './seen.ts'
import { askEach, printJson, printReplies, type ServerOptions } from './servers.ts'
import { TYPES } from './status-text.ts'
import { tableLines } from './table.ts'
import { type Colour, type Terminal, terminalOf } from './terminal.ts'

export interface HistoryOptions extends ServerOptions {
  readonly since: string
  readonly limit: string
  readonly json?: boolean
  /** False where no colours are wanted. */
  readonly color?: boolean
}

/** Gives the exit code: 1 if a server cannot be asked, or refuses, or has neither the name nor a past of it. */
export async function history(name: string | undefined, options: HistoryOptions): Promise<number> {
  const { since, limit, json } = options
  const query = new URLSearchParams({ since, limit, ...(name === undefined ? {} : { name }) })
  const replies = await askEach(options, async remote => {
    const answer = (await getJson(remote, `/api/v1/transitions?${query}`)) as {
      readonly transitions: readonly TransitionView[]
    }
    // A name that is mistyped has no history; one that was taken away may have.
    if (name !== undefined && answer.transitions.length === 0 && json !== true) await seenBy(remote, name)
    return answer.transitions.toReversed()
  })
  if (json === true) return printJson(replies, transitions => ({ transitions }))
  return printReplies(replies, transitions => {
    if (transitions.length === 0) return `nothing has changed ${periodText(since)}`
    return historyText(transitions, terminalOf(process.stdout, process.env, options.color)).trimEnd()
  })
}

/** As in "nothing … within 24h". */
export function periodText(since: string): string {
  return parseDuration(since) === undefined ? `since ${since}` : `within ${since}`
}

/** A table: when, what, from what to what, why. What does not fit goes on in the next line. */
export function historyText(transitions: readonly TransitionView[], terminal: Terminal): string {
  const rows = transitions.map(one => [
    timeText(one.at),
    subjectOf(one),
    { text: `${one.from} -> ${one.to}`, colour: colourOf(one) },
    one.why,
  ])
  return `${tableLines(rows, terminal).join('\n')}\n`
}

/** To the second. */
export function timeText(at: string): string {
  return `${at.slice(0, 10)} ${at.slice(11, 19)}Z`
}

function subjectOf({ kind, zone, pool, endpoint, address, family }: TransitionView): string {
  const place = `${zone}/${pool}`
  if (kind === 'drill') return `${place} drill`
  if (kind === 'selection') return family === undefined ? place : `${place} ${TYPES[family]}`
  return `${place}/${endpoint ?? ''}${address === undefined ? '' : ` ${address}`}`
}

function colourOf({ kind, to }: TransitionView): Colour | undefined {
  if (kind === 'override') return 'yellow'
  if (kind === 'verdict') return to === 'up' ? 'green' : to === 'down' ? 'red' : undefined
  return /^(all-down|none|servfail)/.test(to) ? 'red' : undefined
}
