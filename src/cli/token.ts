/** `understudy token`: makes a token for the admin listener. Nothing is stored: the hash is pasted into the configuration. */

import type { Role } from '#config/roles.ts'
import { makeToken } from '#config/token-hash.ts'
import { LOOPBACK_NAME } from '#config/tokens.ts'
import { problemOfName } from '#config/values.ts'

export interface TokenOptions {
  readonly role: Role
}

/** Gives the exit code: 2 for a name that no token can have. */
export async function token(name: string, { role }: TokenOptions): Promise<number> {
  const problem = name === LOOPBACK_NAME ? `${name} is who comes without a token` : problemOfName(name)
  if (problem !== undefined) {
    process.stderr.write(`understudy: ${problem}\n`)
    return 2
  }
  const { token, hash } = await makeToken()
  const lines = [
    `token: ${token}`,
    '',
    'It is shown this once. Commands take it from UNDERSTUDY_TOKEN or --token-file.',
    'For understudy.yaml, below tokens: that may be there already:',
    '',
    'tokens:',
    `  - { name: ${JSON.stringify(name)}, role: ${role}, hash: "${hash}" }`,
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
  return 0
}
