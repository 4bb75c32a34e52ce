/** `tokens:` of the server: who may use the admin listener, and for what. */
import { z } from 'zod'
import { ROLES, type Role } from './roles.ts'
import { demand, readSection } from './section.ts'
import { parseTokenHash, type TokenHash } from './token-hash.ts'
import { choice, NAME_FORM, problemOfName, refine, text } from './values.ts'
import { objectOf, said, writtenAs } from './written.ts'
import type { Path, YamlSource } from './yaml-source.ts'

export interface AdminToken {
  /** Stands in the log and the audit. */
  readonly name: string
  readonly role: Role
  readonly hash: TokenHash
}

/** Who changes something without a token, which only this host may: no token is called so. */
export const LOOPBACK_NAME = 'loopback'

const MAX_TOKENS = 100
const name = refine(z.string(), text => {
  const problem = text === LOOPBACK_NAME ? `${text} is who comes without a token` : problemOfName(text)
  return problem === undefined ? { value: text } : { problem }
})
const SHAPE = {
  name: said(writtenAs(name, NAME_FORM), 'Whose it is; stands in the log and the audit.', { isNeeded: true }),
  role: said(choice(ROLES), 'read: may look; operate: may change too.', { isNeeded: true }),
  hash: said(text(512), 'As "understudy token NAME" prints it.', { isNeeded: true }),
} as const

/** `tokens:`, read by `readAdminTokens`. */
export const adminTokens = writtenAs(z.unknown(), () => ({
  type: ['array', 'null'],
  items: objectOf(SHAPE),
  maxItems: MAX_TOKENS,
}))

/** Those that can be used. Complains of the others, and of two that are the same. */
export function readAdminTokens(source: YamlSource | undefined): AdminToken[] {
  const written = source?.get(['tokens'])
  if (source === undefined || written === undefined || written === null) return []
  if (!Array.isArray(written)) {
    source.complain(['tokens'], 'expected a list of { name, role, hash }')
    return []
  }
  if (written.length > MAX_TOKENS) {
    source.complain(['tokens'], `${written.length} are too many; at most ${MAX_TOKENS}`)
    return []
  }
  const tokens: AdminToken[] = []
  for (const index of written.keys()) {
    const path: Path = ['tokens', index]
    const token = readToken(source, path)
    if (token === undefined) continue
    if (tokens.some(one => one.name === token.name))
      source.complain([...path, 'name'], `another token is called ${token.name}`)
    const same = tokens.find(one => one.hash.first === token.hash.first)
    if (same !== undefined) source.complainUnshown([...path, 'hash'], `is the token of ${same.name}`)
    tokens.push(token)
  }
  return tokens
}

function readToken(source: YamlSource, path: Path): AdminToken | undefined {
  const section = readSection(source, path, SHAPE)
  demand(source, path, section, 'name', 'role', 'hash')
  const { name, role, hash: written } = section.values
  const read = written === undefined ? undefined : parseTokenHash(written)
  if (read !== undefined && 'problem' in read) source.complainUnshown([...path, 'hash'], read.problem)
  if (name === undefined || role === undefined || read === undefined || 'problem' in read) return undefined
  return { name, role, hash: read.hash }
}
