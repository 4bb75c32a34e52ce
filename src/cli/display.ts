/** Where something is shown that changes: a screen that is drawn anew, or block after block. */
import { cutTo } from './text-width.ts'

export interface Display {
  /** @param text made for the width of now; @param key that of what it would be wrong not to show */
  show(text: () => string, key: string): void
  /** The last of it stays. */
  end(): void
}

const SHOW_OTHER_SCREEN = '\x1b[?1049h\x1b[?25l'
const SHOW_FIRST_SCREEN = '\x1b[?25h\x1b[?1049l'
const HOME = '\x1b[H'
const CLEAR_LINE = '\x1b[2K'
const CLEAR_BELOW = '\x1b[J'

/** The whole of a terminal, which is as it was before when it ends. */
export class Screen implements Display {
  readonly #stream: NodeJS.WriteStream
  #text: (() => string) | undefined
  readonly #redraw = (): void => this.#draw()

  /** @param ended after which nothing is drawn any more */
  constructor(stream: NodeJS.WriteStream, ended: AbortSignal) {
    this.#stream = stream
    stream.write(SHOW_OTHER_SCREEN)
    stream.on('resize', this.#redraw)
    ended.addEventListener('abort', () => stream.off('resize', this.#redraw))
  }

  show(text: () => string): void {
    this.#text = text
    this.#draw()
  }

  end(): void {
    this.#stream.write(`${SHOW_FIRST_SCREEN}${this.#text === undefined ? '' : `${this.#text()}\n`}`)
  }

  #draw(): void {
    if (this.#text === undefined) return
    // A terminal that does not know its own size has 0.
    const [columns, rows] = [this.#stream.columns || 80, this.#stream.rows || 24]
    const all = [cutTo(`${timeText()}  (Ctrl+C ends this)`, columns), '', ...this.#text().split('\n')]
    const lines =
      all.length <= rows ? all : [...all.slice(0, rows - 1), `… ${all.length - rows + 1} more lines`]
    // Cleared before it is written: at the right edge the cursor still stands on the last character.
    this.#stream.write(`${HOME}${lines.map(line => CLEAR_LINE + line).join('\n')}${CLEAR_BELOW}`)
  }
}

/** For a file or a pipe: a block with the time above it for each change. */
export class Blocks implements Display {
  readonly #stream: NodeJS.WritableStream
  #key: string | undefined

  constructor(stream: NodeJS.WritableStream) {
    this.#stream = stream
  }

  show(text: () => string, key: string): void {
    if (key === this.#key) return
    this.#stream.write(`${this.#key === undefined ? '' : '\n'}${timeText()}\n${text()}\n`)
    this.#key = key
  }

  end(): void {}
}

function timeText(): string {
  return `${new Date().toISOString().slice(0, 19).replace('T', ' ')}Z`
}
