/** Notices when files of the configuration have changed, and have been quiet since. */
import { type FSWatcher, watch } from 'node:fs'
import { basename, dirname } from 'node:path'

export interface FileWatchOptions {
  /** With all that is below. */
  readonly folder: string
  /** One file more, where there is one. */
  readonly file: string | undefined
  /** For so many milliseconds nothing may have changed: whoever copies files is not to be overtaken. */
  readonly quietMs: number
  onQuiet(): void
  /** Told in words when changes cannot be noticed. */
  onFault(why: string): void
}

export class FileWatch {
  readonly #options: FileWatchOptions
  #watchers: FSWatcher[] = []
  #timer: NodeJS.Timeout | undefined
  #isClosed = false

  constructor(options: FileWatchOptions) {
    this.#options = options
    this.#begin()
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
    this.#end()
  }

  #begin(): void {
    const { folder, file } = this.#options
    this.#watch(folder, true, () => true)
    // The folder, and not the file itself: editors put another file in its place.
    if (file !== undefined)
      this.#watch(dirname(file), false, name => name === null || name === basename(file))
  }

  #watch(folder: string, recursive: boolean, isMeant: (name: string | null) => boolean): void {
    try {
      const watcher = watch(folder, { recursive, persistent: false }, (_, name) => {
        if (isMeant(name)) this.#changed()
      })
      watcher.on('error', error => this.#options.onFault(error.message))
      this.#watchers.push(watcher)
    } catch (error) {
      this.#options.onFault(error instanceof Error ? error.message : String(error))
    }
  }

  #changed(): void {
    if (this.#isClosed) return
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      // What was watched may be gone, and another folder in its place.
      this.#end()
      this.#begin()
      this.#options.onQuiet()
    }, this.#options.quietMs)
    this.#timer.unref()
  }

  #end(): void {
    for (const watcher of this.#watchers) watcher.close()
    this.#watchers = []
  }
}
