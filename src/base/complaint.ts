/** What is wrong with something a person wrote, and where. */

export interface Complaint {
  readonly severity: 'error' | 'warning'
  /** As the person named it: relative to the working folder where that is shorter. */
  readonly file: string
  /** Both count from 1; 0 where the complaint is of the file as a whole. */
  readonly line: number
  readonly column: number
  /** Path of the thing and what is wrong with it, as in `checks.web.timeout: 12s is not shorter than interval 10s`. */
  readonly message: string
  /** The text of that line, or the part of it around the column; control characters as spaces. Shown under the message. */
  readonly excerpt?: string
  /** Where in the excerpt the column is, if not at the column itself: the excerpt of a long line begins later. */
  readonly caret?: number
}

/** `file:line:column: message`, and below it the line with a caret under the column. */
export function formatComplaint(complaint: Complaint): string {
  const { severity, file, line, column, message, excerpt, caret = column } = complaint
  const where = line === 0 ? file : `${file}:${line}:${column}`
  const head = `${where}: ${severity === 'warning' ? 'warning: ' : ''}${message}`
  if (excerpt === undefined) return head
  return `${head}\n  ${excerpt}\n  ${' '.repeat(Math.max(0, caret - 1))}^`
}

/** A line of a file made fit to be shown: tabs and control characters as spaces, cut at 200 characters around the column. */
export function excerptOf(line: string, column: number): { excerpt: string; caret: number } {
  const start = Math.max(0, Math.min(column - 100, line.length - 200))
  // Cut first: a line may be long, and many complaints be of it.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is replaced
  const excerpt = line.slice(start, start + 200).replace(/[\x00-\x1f\x7f-\x9f]/g, ' ')
  return { excerpt: line.length > 200 ? excerpt : excerpt.trimEnd(), caret: column - start }
}
