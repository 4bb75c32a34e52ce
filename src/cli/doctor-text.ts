/** The findings of `understudy doctor` for a person. */
import { styleText } from 'node:util'
import { type Finding, GROUPS, type Group, type Severity } from '#delegation/finding.ts'

export interface Examined {
  readonly zone: string
  readonly resolvers: readonly string[]
  readonly count: Readonly<Record<Severity, number>>
  readonly findings: readonly Finding[]
}

const HEADS: Readonly<Record<Group, string>> = {
  delegation: 'Delegation',
  servers: 'Name servers',
  zone: 'Zone',
  dnssec: 'DNSSEC',
  'managed names': 'Managed names',
}

const COLOURS = { ok: 'green', warning: 'yellow', error: 'red' } as const
const SEVERITY_WIDTH = 'warning'.length

/** Groups of findings, and a summary in the last line. */
export function reportText({ zone, count, findings }: Examined): string {
  const groups = GROUPS.flatMap(group =>
    groupText(
      group,
      findings.filter(one => one.group === group),
    ),
  )
  const { error, warning, ok } = count
  const counts = [plural(error, 'error'), plural(warning, 'warning'), `${ok} ok`].join(', ')
  return `${[zone, ...groups, '', `${zone}: ${counts}`].join('\n')}\n`
}

function groupText(group: Group, findings: readonly Finding[]): string[] {
  if (findings.length === 0) return []
  const lines = ['', HEADS[group]]
  let about = ''
  for (const finding of findings) {
    if (finding.about !== about && finding.about !== '') lines.push(`  ${finding.about}`)
    about = finding.about
    lines.push(...findingLines(finding, about === '' ? '  ' : '    '))
  }
  return lines
}

function findingLines({ severity, words, advice }: Finding, indent: string): string[] {
  const mark = styleText(COLOURS[severity], severity.padEnd(SEVERITY_WIDTH))
  const line = `${indent}${mark}  ${words}`
  return advice === undefined ? [line] : [line, `${indent}${' '.repeat(SEVERITY_WIDTH)}  > ${advice}`]
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`
}
