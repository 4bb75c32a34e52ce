/** `listen.admin-tls`: the certificate of the admin listener. Read with the configuration; the key is never shown. */
import { X509Certificate } from 'node:crypto'
import { dirname, resolve } from 'node:path'
import { createSecureContext } from 'node:tls'
import type { AdminTls } from './configuration.ts'
import type { Files } from './files.ts'
import { demand, readSection } from './section.ts'
import { text } from './values.ts'
import { said } from './written.ts'
import type { SettingsFile } from './yaml-source.ts'

const PATH = ['listen', 'admin-tls'] as const
export const ADMIN_TLS_SHAPE = {
  certificate: said(text(4096), 'A file in PEM: the certificate, with those between it and the authority.', {
    isNeeded: true,
  }),
  key: said(text(4096), 'A file in PEM: its key, without a passphrase.', { isNeeded: true }),
} as const
const MAX_PEM_BYTES = 256 * 1024

/** Undefined where none is given, or after a complaint. */
export async function readAdminTls(
  file: SettingsFile | undefined,
  files: Files,
): Promise<AdminTls | undefined> {
  if (file === undefined || file.source.get(PATH) === undefined) return undefined
  const { source } = file
  const section = readSection(source, PATH, ADMIN_TLS_SHAPE)
  demand(source, PATH, section, 'certificate', 'key')
  const read = async (key: keyof AdminTls): Promise<string | undefined> => {
    const path = section.values[key]
    if (path === undefined) return undefined
    const full = resolve(dirname(file.path), path)
    const content = await files.readSecret(full, MAX_PEM_BYTES)
    if ('text' in content) return content.text
    source.complain([...PATH, key], `${files.shown(full)}: ${content.problem}`)
    return undefined
  }
  const [certificate, key] = [await read('certificate'), await read('key')]
  if (certificate === undefined || key === undefined) return undefined
  const problem = problemOfPair(certificate, key)
  if (problem !== undefined) {
    source.complain(PATH, problem, 'key')
    return undefined
  }
  warnOfExpiry(file, certificate)
  return { certificate, key }
}

function problemOfPair(cert: string, key: string): string | undefined {
  try {
    createSecureContext({ cert, key })
    return undefined
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return `certificate and key are not a pair in PEM, without a passphrase: ${why}`
  }
}

/** It is used all the same: without it nobody could say what to do. */
function warnOfExpiry({ source }: SettingsFile, pem: string): void {
  const { validToDate } = new X509Certificate(pem)
  if (validToDate.getTime() < Date.now())
    source.warn([...PATH, 'certificate'], `has expired on ${validToDate.toISOString()}`)
}
