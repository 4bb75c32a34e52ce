/** Tables and figures in Markdown. */
import { spread } from './statistics.ts'

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n')
}

/** The median, and in parentheses the least and the greatest. */
export function ranged(values: readonly number[], format: (value: number) => string): string {
  const { median, min, max } = spread(values)
  return `${format(median)} (${format(min)}–${format(max)})`
}

/** A sentence, if anything is missing; else nothing. */
export function notInstalled(missing: readonly string[]): string {
  return missing.length === 0 ? '' : `\n\nNot installed and so not measured: ${missing.join(', ')}.`
}
