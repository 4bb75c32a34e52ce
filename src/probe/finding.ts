/** What a probe found, before the time it took is added. */
import type { Outcome } from '#health/outcome.ts'

export type Finding = Omit<Outcome, 'latencyMs'>

const MAX_DETAIL = 200

export function pass(detail: string): Finding {
  return { kind: 'pass', reason: 'ok', detail: printable(detail) }
}

export function fail(reason: string, detail: string): Finding {
  return { kind: 'fail', reason, detail: printable(detail) }
}

export function inconclusive(reason: string, detail: string): Finding {
  return { kind: 'inconclusive', reason, detail: printable(detail) }
}

/** A pass is a fail and a fail a pass; a fault of this host stays what it is. */
export function invert(finding: Finding): Finding {
  if (finding.kind === 'inconclusive') return finding
  const detail = `inverted: ${finding.detail}`
  return finding.kind === 'pass'
    ? { kind: 'fail', reason: 'inverted', detail }
    : { kind: 'pass', reason: 'ok', detail }
}

/** Characters that would break a line, hide, or turn the direction of what follows. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu

/** One line of at most 200 characters; whatever cannot be seen is written as `\u{…}`. */
function printable(text: string): string {
  const escaped = text.replace(UNPRINTABLE, character => `\\u{${character.codePointAt(0)?.toString(16)}}`)
  return escaped.length <= MAX_DETAIL ? escaped : `${escaped.slice(0, MAX_DETAIL - 1)}…`.toWellFormed()
}
