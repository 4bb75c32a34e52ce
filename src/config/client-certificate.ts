/** `client-certificate:` of a check: what is shown to an endpoint that asks for it. */
import type { ClientCertificate } from '#probe/spec.ts'
import { demand, readSection } from './section.ts'
import { text } from './values.ts'
import { said, section } from './written.ts'
import type { Path, YamlSource } from './yaml-source.ts'

const SHAPE = {
  cert: said(text(4096), 'A file in PEM: the certificate.', { isNeeded: true }),
  key: said(text(4096), 'A file in PEM: its key, without a passphrase.', { isNeeded: true }),
} as const

export const CLIENT_CERTIFICATE = said(section(SHAPE), 'For an endpoint that asks for one.')

/** Of the check at the path; its files are not read yet. Nothing where nothing is said. */
export function clientCertificateOf(
  source: YamlSource,
  path: Path,
  written: unknown,
): { clientCertificate?: ClientCertificate } {
  if (written === undefined) return {}
  const at = [...path, 'client-certificate']
  const section = readSection(source, at, SHAPE)
  demand(source, at, section, 'cert', 'key')
  const { cert, key } = section.values
  if (cert === undefined || key === undefined) return {}
  return { clientCertificate: { cert: { file: cert }, key: { file: key } } }
}
