/** The report of an import, for people. */
import { type Finding, type Findings, GRADES, type Grade } from './findings.ts'

const HEADS: Readonly<Record<Grade, string>> = {
  lost: 'Lost: these did something that the zone files do not do',
  changed: 'Changed: these are done in another way',
  note: 'Notes',
}

/** Lines without line ends; none where there is nothing to tell. */
export function reportLines(findings: Findings): string[] {
  const all = findings.all()
  const graded = GRADES.flatMap(grade => {
    const found = all.filter(one => one.grade === grade)
    if (found.length === 0) return []
    const beyond = findings.beyond(grade)
    const more = beyond === 0 ? [] : [`  … and ${beyond} more`]
    return [`${HEADS[grade]}`, ...found.map(findingLine), ...more]
  })
  return [...graded, ...fieldLines(findings)]
}

function fieldLines({ fields }: Findings): string[] {
  if (fields.size === 0) return []
  const lines = [...fields].map(([becomes, names]) => `  ${[...names].map(oneLine).join(', ')}: ${becomes}`)
  return ['Fields: what they become, where nothing above says otherwise', ...lines]
}

/** `0 lost, 2 changed, 1 note`. */
export function countFindings(findings: Findings): string {
  const notes = findings.count('note')
  return `${findings.count('lost')} lost, ${findings.count('changed')} changed, ${notes} ${notes === 1 ? 'note' : 'notes'}`
}

function findingLine({ what, became, places, count }: Finding): string {
  const more = count > places.length && places.length > 0 ? ` and ${count - places.length} more` : ''
  const where = places.length === 0 ? '' : ` (${places.join(', ')}${more})`
  return `  ${oneLine(what)}${where}: ${oneLine(became)}`
}

/** What stands in files must not move the terminal's cursor. */
function oneLine(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is replaced
  return text.replace(/[\x00-\x1f\x7f-\x9f]+/g, ' ')
}
