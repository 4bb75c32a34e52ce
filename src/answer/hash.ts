/** The hash under which names stand in the table: over the labels from right to left, so that each step is that of an ancestor. */

/** Letters A to Z to a to z, all else as it is. */
export const LOWER = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 65 && byte <= 90 ? byte + 32 : byte,
)

/**
 * The hash of the name whose first label stands at `start` (its length byte) and ends before `end`, given that of its parent; for the root that is
 * the table's seed. Letter case does not matter, and nothing else is alike: who writes a zone must not make names collide either.
 */
export function hashLabel(parentHash: number, bytes: Uint8Array, start: number, end: number): number {
  let hash = parentHash
  for (let at = start; at < end; at++) {
    hash = Math.imul(hash ^ LOWER[bytes[at]!]!, 0x9e3779b1)
    hash ^= hash >>> 15
  }
  return hash
}
