/** What fits the terminal, and whether it may have colours. */

export interface Terminal {
  readonly columns: number
  readonly colour: boolean
}

/** Lines that do not go to a terminal are for programs, or for mails: not too long. */
const COLUMNS_ELSEWHERE = 120

export function terminalOf(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv): Terminal {
  const { isTTY = false, columns = COLUMNS_ELSEWHERE } = stream
  // https://no-color.org: whatever its value, if it is not empty.
  return { columns: isTTY ? columns : COLUMNS_ELSEWHERE, colour: isTTY && (env['NO_COLOR'] ?? '') === '' }
}

/** The text in lines of at most so many columns, broken at spaces; those after the first begin with the indent. A word that is too long stays whole. */
export function wrap(text: string, columns: number, indent: string): string[] {
  const lines: string[] = []
  const lead = /^ */.exec(text)?.[0] ?? ''
  let line = lead
  for (const word of text.trim().split(/ +/)) {
    const isFirst = line.trim() === ''
    if (!isFirst && line.length + 1 + word.length > columns) {
      lines.push(line)
      line = indent + word
    } else line += isFirst ? word : ` ${word}`
  }
  return [...lines, line]
}
