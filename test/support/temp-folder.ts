/** A folder that is gone at the end of the test. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

export class TempFolder implements AsyncDisposable {
  readonly path: string

  private constructor(path: string) {
    this.path = path
  }

  static async open(): Promise<TempFolder> {
    return new TempFolder(await mkdtemp(join(tmpdir(), 'understudy-test-')))
  }

  /** Writes a file below the folder, and the folders on its way; gives its path. */
  async file(name: string, text: string): Promise<string> {
    const path = join(this.path, name)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, text)
    return path
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.path, { recursive: true, force: true })
  }
}
