/**
 * Tables that fit the terminal, by how much room there is: the last column beside the others, going on in the next line; or below them; or
 * the cells of a row one behind the other in as many lines as it takes. Nothing is left out.
 */
import { type Colour, fold, painted, type Terminal } from './terminal.ts'
import { oneLine, padTo, widthOf } from './text-width.ts'

export interface Cell {
  readonly text: string
  readonly colour?: Colour | undefined
}

const GAP = '  '
/** Of the last column: narrower it goes below. */
const LEAST_LAST = 24

/** The rows as lines, none of them wider than the terminal. All rows have as many cells, of which all but the last have some text. */
export function tableLines(
  rows: readonly (readonly (string | Cell)[])[],
  terminal: Terminal,
  indent = '',
): string[] {
  const table = { rows: rows.map(row => row.map(cellOf)), terminal, room: terminal.columns - indent.length }
  const widths = (rows[0] ?? []).slice(0, -1).map((_, column) => widestOf(table.rows, column))
  const left = widths.reduce((sum, width) => sum + width + GAP.length, 0)
  const layout = table.room - left >= LEAST_LAST ? beside : left - GAP.length <= table.room ? below : packed
  return layout(table, widths).map(line => indent + line)
}

interface Table {
  readonly rows: readonly (readonly Cell[])[]
  readonly terminal: Terminal
  /** Columns without the indent. */
  readonly room: number
}

function cellOf(cell: string | Cell): Cell {
  return typeof cell === 'string' ? { text: oneLine(cell) } : { ...cell, text: oneLine(cell.text) }
}

function widestOf(rows: Table['rows'], column: number): number {
  return Math.max(0, ...rows.map(row => widthOf(row[column]?.text ?? '')))
}

function beside({ rows, terminal, room }: Table, widths: readonly number[]): string[] {
  const left = widths.reduce((sum, width) => sum + width + GAP.length, 0)
  return rows.flatMap(row => {
    const [first = '', ...more] = fold(row.at(-1)?.text ?? '', room - left)
    return [headOf(row, widths, terminal, first), ...more.map(text => ' '.repeat(left) + text)]
  })
}

function below({ rows, terminal, room }: Table, widths: readonly number[]): string[] {
  return rows.flatMap(row => [headOf(row, widths, terminal, ''), ...lastBelow(row.at(-1)?.text ?? '', room)])
}

function packed({ rows, terminal, room }: Table): string[] {
  return rows.flatMap(row => {
    const lines: { text: string; width: number }[] = []
    for (const { text, colour } of row.slice(0, -1)) {
      const line = lines.at(-1)
      const width = widthOf(text)
      if (line !== undefined && line.width + GAP.length + width <= room) {
        line.text += GAP + painted(text, colour, terminal)
        line.width += GAP.length + width
        continue
      }
      const lead = line === undefined ? '' : GAP
      for (const piece of fold(text, room - lead.length))
        lines.push({ text: lead + painted(piece, colour, terminal), width: lead.length + widthOf(piece) })
    }
    return [...lines.map(({ text }) => text), ...lastBelow(row.at(-1)?.text ?? '', room)]
  })
}

function lastBelow(text: string, room: number): string[] {
  return text === '' ? [] : fold(text, room - GAP.length).map(line => GAP + line)
}

/** All cells but the last, filled up where something follows. */
function headOf(
  row: readonly Cell[],
  widths: readonly number[],
  terminal: Terminal,
  following: string,
): string {
  const cells = widths.map((width, column) => {
    const { text = '', colour } = row[column] ?? {}
    const isEnd = following === '' && column === widths.length - 1
    return painted(isEnd ? text : padTo(text, width), colour, terminal)
  })
  return [...cells, ...(following === '' ? [] : [following])].join(GAP)
}
