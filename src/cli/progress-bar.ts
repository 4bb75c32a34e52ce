/** How far a long reading has come, on a terminal. */

const WIDTH = 30
/** What ends sooner shows nothing. */
const SILENT_MS = 500
const STEP_MS = 100

export class ProgressBar {
  readonly #stream: NodeJS.WriteStream
  readonly #begun = Date.now()
  #shown = 0

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream
  }

  /** @param part from 0 to 1 */
  show(what: string, part: number): void {
    if (!this.#stream.isTTY) return
    const now = Date.now()
    if (now - this.#begun < SILENT_MS || now - this.#shown < STEP_MS) return
    this.#shown = now
    const full = Math.round(Math.min(1, Math.max(0, part)) * WIDTH)
    const bar = '#'.repeat(full) + '.'.repeat(WIDTH - full)
    this.#stream.write(`\r[${bar}] ${Math.round(part * 100)} % ${what.slice(-40)}\x1b[K`)
  }

  /** Takes it off the terminal. */
  clear(): void {
    if (this.#shown > 0) this.#stream.write('\r\x1b[K')
  }
}
