/** The secrets from which DNS cookies are made: from the environment, or from a file of their own. They are never shown. */
import { dirname, resolve } from 'node:path'
import { COOKIE_SECRET_BYTES } from '#answer/cookies.ts'
import type { Complaints } from './complaints.ts'
import type { Files } from './files.ts'
import { readSection } from './section.ts'
import { text } from './values.ts'
import { said } from './written.ts'
import type { SettingsFile } from './yaml-source.ts'

export const COOKIES_SHAPE = {
  'secrets-file': said(
    text(4096),
    'Cookie secrets, 32 hexadecimal digits a line: the first makes cookies, all are accepted; the same on ns1 and ns2. Without it one is made at each start.',
  ),
} as const
const VARIABLE = 'UNDERSTUDY_COOKIE_SECRETS'
const MAX_BYTES = 4096
const MAX_SECRETS = 8
const WANTED = `a secret has ${2 * COOKIE_SECRET_BYTES} hexadecimal digits, as "openssl rand -hex ${COOKIE_SECRET_BYTES}" prints them`

interface Written {
  readonly text: string
  readonly line: number
  readonly column: number
}

/** Undefined where none are given: the server then makes one for itself. The environment outranks the file. */
export async function readCookieSecrets(
  file: SettingsFile | undefined,
  env: Readonly<Record<string, string | undefined>>,
  files: Files,
  complaints: Complaints,
): Promise<readonly Uint8Array[] | undefined> {
  const path =
    file === undefined
      ? undefined
      : readSection(file.source, ['cookies'], COOKIES_SHAPE).values['secrets-file']
  const variable = env[VARIABLE]
  if (variable !== undefined && variable !== '') {
    const written = variable.split(',').map(text => ({ text: text.trim(), line: 0, column: 0 }))
    return secretsOf(VARIABLE, written, complaints)
  }
  if (path === undefined || file === undefined) return undefined
  const full = resolve(dirname(file.path), path)
  const read = await files.read(full, MAX_BYTES)
  if ('problem' in read) {
    file.source.complain(['cookies', 'secrets-file'], `${files.shown(full)}: ${read.problem}`)
    return undefined
  }
  return secretsOf(read.file, linesOf(Buffer.from(read.bytes).toString('latin1')), complaints)
}

/** One secret a line; comments begin with #. */
function linesOf(content: string): Written[] {
  return content.split('\n').flatMap((line, index) => {
    const text = line.replace(/#.*$/, '').trim()
    return text === '' ? [] : [{ text, line: index + 1, column: line.indexOf(text) + 1 }]
  })
}

function secretsOf(file: string, written: readonly Written[], complaints: Complaints): Uint8Array[] {
  const complain = (line: number, column: number, message: string): void =>
    complaints.add({ severity: 'error', file, line, column, message })
  if (written.length === 0) complain(0, 0, `there is no secret in it; ${WANTED}`)
  if (written.length > MAX_SECRETS)
    complain(0, 0, `${written.length} secrets are too many; at most ${MAX_SECRETS}`)
  return written.flatMap(({ text, line, column }) => {
    if (/^[0-9a-f]{32}$/i.test(text)) return [Buffer.from(text, 'hex')]
    complain(line, column, WANTED)
    return []
  })
}
