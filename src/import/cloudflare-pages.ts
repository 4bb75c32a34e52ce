/** Whether listings that come in pages are whole: what is in a page that is not there would be missing without anybody seeing it. */
import type { JsonFields } from './json-fields.ts'

/** Of one listing; more than the API ever gives. */
const MAX_PAGES = 10_000
const MAX_ITEMS = 1_000_000

interface PagedListing {
  /** `result_info` of the first page that was seen. */
  readonly info: JsonFields
  readonly pages: Set<number>
  readonly total: number
}

export class Pages {
  readonly #listings = new Map<string, PagedListing>()

  /**
   * @param info `result_info` of the envelope
   * @param kind of what is in the page; undefined for an empty one
   * @param items that are in the page
   */
  add(info: JsonFields, kind: string | undefined, items: number): void {
    const page = info.whole('page', 0, MAX_PAGES) ?? 1
    const count = info.whole('count', 0, MAX_ITEMS)
    const all = info.whole('total_count', 0, MAX_ITEMS)
    const perPage = info.whole('per_page', 0, MAX_ITEMS)
    const pages = info.whole('total_pages', 0, MAX_PAGES) ?? pagesOf(all, perPage)
    if (count !== undefined && count !== items)
      info.complain('count', `says ${count}, and the result has ${items}; is the file whole?`)
    if (items === 0 && page <= pages && (all ?? 0) > 0)
      info.complain('total_count', `says ${all}, and the result has none; is the file whole?`)
    const key = `${kind} ${pages} ${all}`
    const listing = this.#listings.get(key) ?? { info, pages: new Set<number>(), total: pages }
    listing.pages.add(page)
    this.#listings.set(key, listing)
  }

  /** Complains of pages that are in none of the files. */
  complain(): void {
    for (const { info, pages, total } of this.#listings.values()) {
      const missing: number[] = []
      for (let page = 1; page <= total; page++) if (!pages.has(page)) missing.push(page)
      if (missing.length === 0) continue
      const words = missing.slice(0, 5).join(', ')
      const more = missing.length > 5 ? ' and more' : ''
      info.complain(
        info.has('total_pages') ? 'total_pages' : 'total_count',
        `this is a part of a listing only: of ${total} pages ${words}${more} ${missing.length === 1 ? 'is' : 'are'} in none of the files`,
      )
    }
  }
}

function pagesOf(all: number | undefined, perPage: number | undefined): number {
  return all === undefined || perPage === undefined || perPage === 0 ? 1 : Math.ceil(all / perPage)
}
