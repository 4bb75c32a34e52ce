/** `certificate-days:` of a check: how many days the certificate must be good for. */
import type { CertificateDays } from '#probe/spec.ts'
import { readSection } from './section.ts'
import { integer } from './values.ts'
import { said, section } from './written.ts'
import type { Path, YamlSource } from './yaml-source.ts'

const SHAPE = {
  warn: said(integer(1, 3650), 'Fewer days than this are warned of.'),
  fail: said(integer(1, 3650), 'With fewer days than this a probe fails.'),
} as const

export const CERTIFICATE_DAYS = said(section(SHAPE), 'Days for which the certificate must still be good.')

/** Of the check at the path; nothing where nothing is said. */
export function certificateDaysOf(
  source: YamlSource,
  path: Path,
  written: unknown,
): { certificateDays?: CertificateDays } {
  if (written === undefined) return {}
  const at = [...path, 'certificate-days']
  const { warn, fail } = readSection(source, at, SHAPE).values
  if (warn !== undefined && fail !== undefined && warn <= fail)
    source.complain([...at, 'warn'], `${warn} is not more than fail: ${fail}, so nobody would be warned`)
  return {
    certificateDays: {
      ...(warn === undefined ? {} : { warn }),
      ...(fail === undefined ? {} : { fail }),
    },
  }
}
