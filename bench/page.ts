/** Parts of a Markdown page, each from its heading of the second level to the next one. */

/** The part with that heading, to its last line that is not empty; undefined if there is none. */
export function sectionOf(page: string, heading: string): string | undefined {
  return sections(page)
    .find(section => headingOf(section) === heading)
    ?.trimEnd()
}

/** The page with the part in the place of the one with the same heading, at its end if there is none; the page as it is without a part. */
export function withSection(page: string, section: string | undefined): string {
  if (section === undefined) return page
  const all = sections(page).map(each => each.trimEnd())
  const at = all.findIndex(each => headingOf(each) === headingOf(section))
  all.splice(at === -1 ? all.length : at, 1, section)
  return `${all.join('\n\n')}\n`
}

function sections(page: string): string[] {
  return page.split(/^(?=## )/m)
}

/** Undefined for what stands before the first. */
function headingOf(section: string): string | undefined {
  return /^## (.*)/.exec(section)?.[1]
}
