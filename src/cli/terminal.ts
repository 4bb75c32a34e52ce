/** What fits the terminal, and whether it may have colours. */
import { splitAt, widthOf } from './text-width.ts'

export interface Terminal {
  readonly columns: number
  readonly colour: boolean
}

/** Those that a terminal has of its own, so that they fit a light one and a dark one. */
export const COLOURS = { red: 31, green: 32, yellow: 33 } as const
export type Colour = keyof typeof COLOURS

/** Lines that do not go to a terminal are for programs, or for mails: not too long. */
const COLUMNS_ELSEWHERE = 120
/** In fewer columns nothing can be said. */
const LEAST_COLUMNS = 20

/** @param isColourful whether colours are wanted where they can be shown */
export function terminalOf(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv, isColourful = true): Terminal {
  const { isTTY = false, columns = 0 } = stream
  return {
    // A terminal that does not know its own width has 0.
    columns: isTTY && columns > 0 ? Math.max(columns, LEAST_COLUMNS) : COLUMNS_ELSEWHERE,
    // https://no-color.org: whatever its value, if it is not empty.
    colour: isColourful && isTTY && (env['NO_COLOR'] ?? '') === '',
  }
}

/** The text in the colour, where there is one and the terminal may have it. */
export function painted(text: string, colour: Colour | undefined, terminal: Terminal): string {
  return colour === undefined || !terminal.colour ? text : `\x1b[${COLOURS[colour]}m${text}\x1b[0m`
}

/** The text in lines of at most so many columns, broken at spaces; those after the first begin with the indent. A word that is too long stays whole. */
export function wrap(text: string, columns: number, indent: string): string[] {
  const lines: string[] = []
  const lead = /^ */.exec(text)?.[0] ?? ''
  let line = lead
  for (const word of text.trim().split(/ +/)) {
    const isFirst = line.trim() === ''
    if (!isFirst && widthOf(line) + 1 + widthOf(word) > columns) {
      lines.push(line)
      line = indent + word
    } else line += isFirst ? word : ` ${word}`
  }
  return [...lines, line]
}

/** The same with words in pieces where they are too long: no line is longer than so many columns. */
export function fold(text: string, columns: number, indent = ''): string[] {
  if (widthOf(text) <= columns) return [text]
  const room = Math.max(1, columns - Math.max(indent.length, /^ */.exec(text)?.[0].length ?? 0))
  const words = text.split(' ').flatMap(word => (widthOf(word) <= room ? [word] : inPieces(word, room)))
  return wrap(words.join(' '), columns, indent)
}

function inPieces(word: string, columns: number): string[] {
  const pieces: string[] = []
  for (let rest = word; rest !== ''; ) {
    const [piece, more] = splitAt(rest, columns)
    pieces.push(piece)
    rest = more
  }
  return pieces
}
