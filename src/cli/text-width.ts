/** How many columns of a terminal a text takes, and what fits into so many. */

/** Of two columns: what East Asian Width (UAX #11) has as wide or full width, by blocks. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u4dbf\u4e00-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6b\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18cff}\u{1aff0}-\u{1b2ff}\u{1f200}-\u{1f265}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}|\ufe0f/u
/** Of none by themselves. */
const NONE = /^[\p{Mn}\p{Me}\p{Cf}]+$/u
const ASCII = /^[\x20-\x7e]*$/

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** Columns. */
export function widthOf(text: string): number {
  if (ASCII.test(text)) return text.length
  let width = 0
  for (const { segment } of graphemes.segment(text)) width += widthOfOne(segment)
  return width
}

/** Filled up with spaces to so many columns. */
export function padTo(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - widthOf(text)))
}

/** What fits; where that is not all it ends in `…`. */
export function cutTo(text: string, columns: number): string {
  return widthOf(text) <= columns ? text : `${splitAt(text, Math.max(0, columns - 1))[0]}…`
}

/** What fits into so many columns, at least one character, and the rest. */
export function splitAt(text: string, columns: number): [string, string] {
  let width = 0
  for (const { segment, index } of graphemes.segment(text)) {
    width += widthOfOne(segment)
    if (width > columns && index > 0) return [text.slice(0, index), text.slice(index)]
  }
  return [text, '']
}

/** Without what makes new lines, moves the cursor, or lets text run backwards: it may come from anybody. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]+/gu, ' ')
}

function widthOfOne(grapheme: string): number {
  if (NONE.test(grapheme)) return 0
  return WIDE.test(grapheme) ? 2 : 1
}
