/** A command line as a shell splits it, as far as completing it asks for. */

/**
 * The words of the line up to the cursor; the last one is that at the cursor, empty behind a space. Quotes and backslashes are taken away; what
 * only running the line would tell (variables, substitutions) stays as it is.
 */
export function wordsOf(line: string): string[] {
  const words = ['']
  let quote = ''
  for (let i = 0; i < line.length; i++) {
    const character = line[i] ?? ''
    const isEscape = character === '\\' && quote !== "'"
    if (isEscape) words.push(`${words.pop()}${line[++i] ?? ''}`)
    else if (character === quote) quote = ''
    else if (quote === '' && (character === '"' || character === "'")) quote = character
    else if (quote === '' && /\s/.test(character)) {
      if (/\S/.test(line[i - 1] ?? ' ')) words.push('')
    } else words.push(`${words.pop()}${character}`)
  }
  return words
}
