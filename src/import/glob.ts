/** Patterns of the shell without regard to slashes, as fnmatch(3) has them without flags. */

interface Piece {
  /** `*` fits anything. */
  readonly isAny: boolean
  readonly fits: (char: string) => boolean
}

/** Whether the whole text fits. Takes time that grows with the product of the two lengths. */
export function matchesGlob(pattern: string, text: string): boolean {
  const pieces = piecesOf(pattern)
  let at = 0
  let piece = 0
  let star = -1
  let mark = 0
  while (at < text.length) {
    const one = pieces[piece]
    if (one?.isAny === true) {
      star = piece++
      mark = at
    } else if (one?.fits(text[at] ?? '') === true) {
      piece++
      at++
    } else if (star >= 0) {
      piece = star + 1
      at = ++mark
    } else return false
  }
  while (pieces[piece]?.isAny === true) piece++
  return piece === pieces.length
}

function piecesOf(pattern: string): Piece[] {
  const pieces: Piece[] = []
  for (const [part] of pattern.matchAll(/\*|\?|\[!?\]?[^\]]*\]|\\?[\s\S]/g)) {
    const isSet = part.length > 2 && part.startsWith('[')
    if (part === '*') pieces.push({ isAny: true, fits: () => false })
    else if (part === '?') pieces.push({ isAny: false, fits: () => true })
    else
      pieces.push({ isAny: false, fits: isSet ? fitsSet(part.slice(1, -1)) : char => char === part.at(-1) })
  }
  return pieces
}

function fitsSet(body: string): (char: string) => boolean {
  const isNot = body.startsWith('!')
  const ranges = Array.from((isNot ? body.slice(1) : body).matchAll(/([\s\S])-([\s\S])|([\s\S])/g), match => [
    match[1] ?? match[3] ?? '',
    match[2] ?? match[3] ?? '',
  ])
  return char => ranges.some(([from = '', to = '']) => from <= char && char <= to) !== isNot
}
