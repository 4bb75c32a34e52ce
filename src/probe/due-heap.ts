/** A binary heap of what is due next. */

export interface Due {
  /** Changed only through the heap while it is in there. */
  dueMs: number
  /** Its place in the heap, kept by the heap; -1 while it is not in there. */
  place: number
}

/**
 * The earliest is at the root; the children of place n are at 2n + 1 and 2n + 2. Each item knows its place, so that it can be moved and
 * removed in logarithmic time.
 */
export class DueHeap<T extends Due> {
  readonly #items: T[] = []

  get size(): number {
    return this.#items.length
  }

  /** The one that is due first. */
  get first(): T | undefined {
    return this.#items[0]
  }

  add(item: T): void {
    item.place = this.#items.push(item) - 1
    this.#rise(item)
  }

  remove(item: T): void {
    const { place } = item
    const last = this.#items.pop()
    item.place = -1
    if (last === undefined || last === item) return
    this.#put(last, place)
    this.#settle(last)
  }

  /** Gives an item that is in the heap another time. */
  move(item: T, dueMs: number): void {
    item.dueMs = dueMs
    this.#settle(item)
  }

  #settle(item: T): void {
    this.#rise(item)
    this.#sink(item)
  }

  #rise(item: T): void {
    for (;;) {
      const above = item.place === 0 ? undefined : this.#items[(item.place - 1) >> 1]
      if (above === undefined || above.dueMs <= item.dueMs) return
      this.#swap(item, above)
    }
  }

  #sink(item: T): void {
    for (;;) {
      const left = this.#items[2 * item.place + 1]
      const right = this.#items[2 * item.place + 2]
      const below = left !== undefined && right !== undefined && right.dueMs < left.dueMs ? right : left
      if (below === undefined || below.dueMs >= item.dueMs) return
      this.#swap(item, below)
    }
  }

  #swap(a: T, b: T): void {
    const { place } = a
    this.#put(a, b.place)
    this.#put(b, place)
  }

  #put(item: T, place: number): void {
    this.#items[place] = item
    item.place = place
  }
}
