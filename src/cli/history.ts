/** `understudy history`: what has changed, newest last, from a running server. */
import { parseDuration } from '#base/duration.ts'
import type { TransitionView } from '#control/view.ts'
import { getJson } from './api.ts'
import { askEach, printReplies, type ServerOptions } from './servers.ts'
import { TYPES } from './status-text.ts'
import { type Terminal, terminalOf, wrap } from './terminal.ts'

export interface HistoryOptions extends ServerOptions {
  readonly since: string
  readonly limit: string
  readonly json?: boolean
}

const COLOURS = { red: 31, green: 32, yellow: 33 } as const
const GAP = '  '
/** Of the reason: narrower it goes below. */
const LEAST_WHY = 24

/** Gives the exit code: 1 if a server cannot be asked, or refuses. */
export async function history(name: string | undefined, options: HistoryOptions): Promise<number> {
  const { since, limit, json } = options
  const query = new URLSearchParams({ since, limit, ...(name === undefined ? {} : { name }) })
  const replies = await askEach(options, async remote => {
    const answer = (await getJson(remote, `/api/v1/transitions?${query}`)) as {
      readonly transitions: readonly TransitionView[]
    }
    return answer.transitions.toReversed()
  })
  return printReplies(replies, transitions => {
    if (json === true) return JSON.stringify({ transitions }, null, 2)
    if (transitions.length === 0) return `nothing has changed ${periodText(since)}`
    return historyText(transitions, terminalOf(process.stdout, process.env)).trimEnd()
  })
}

function periodText(since: string): string {
  return parseDuration(since) === undefined ? `since ${since}` : `within ${since}`
}

/** A table: when, what, from what to what, why. What does not fit goes on in the next line. */
export function historyText(transitions: readonly TransitionView[], { columns, colour }: Terminal): string {
  const rows = transitions.map(one => [timeText(one.at), subjectOf(one), `${one.from} -> ${one.to}`] as const)
  const widths = [0, 1, 2].map(column => Math.max(...rows.map(row => row[column]?.length ?? 0)))
  const left = widths.reduce((sum, width) => sum + width + GAP.length, 0)
  const lines = transitions.flatMap((one, i) => {
    const cells = rows[i]?.map((cell, column) => cell.padEnd(widths[column] ?? 0)) ?? []
    cells[2] = coloured(cells[2] ?? '', colour ? colourOf(one) : undefined)
    const fits = columns - left >= LEAST_WHY
    const [first = '', ...more] = wrap(one.why, fits ? columns - left : columns - GAP.length, '')
    const head = cells.join(GAP)
    if (!fits) return [head.trimEnd(), ...[first, ...more].map(text => GAP + text)]
    return [`${head}${GAP}${first}`.trimEnd(), ...more.map(text => ' '.repeat(left) + text)]
  })
  return `${lines.join('\n')}\n`
}

function timeText(at: string): string {
  return `${at.slice(0, 10)} ${at.slice(11, 19)}Z`
}

function subjectOf({ kind, zone, pool, endpoint, address, family }: TransitionView): string {
  const place = `${zone}/${pool}`
  if (kind === 'drill') return `${place} drill`
  if (kind === 'selection') return family === undefined ? place : `${place} ${TYPES[family]}`
  return `${place}/${endpoint ?? ''}${address === undefined ? '' : ` ${address}`}`
}

function colourOf({ kind, to }: TransitionView): number | undefined {
  if (kind === 'override') return COLOURS.yellow
  if (kind === 'verdict') return to === 'up' ? COLOURS.green : to === 'down' ? COLOURS.red : undefined
  return /^(all-down|none|servfail)/.test(to) ? COLOURS.red : undefined
}

function coloured(text: string, code: number | undefined): string {
  return code === undefined ? text : `\x1b[${code}m${text}\x1b[0m`
}
