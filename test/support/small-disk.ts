/** A disk of its own that can be full or read-only, where this process may mount one. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const SIZE_BYTES = 256 * 1024

export class SmallDisk implements Disposable {
  readonly path: string

  private constructor(path: string) {
    this.path = path
  }

  /** Undefined where this process may not mount. */
  static mount(sizeBytes = SIZE_BYTES): SmallDisk | undefined {
    const path = mkdtempSync(join(tmpdir(), 'understudy-disk-'))
    try {
      mount('-t', 'tmpfs', '-o', `size=${sizeBytes}`, 'tmpfs', path)
      return new SmallDisk(path)
    } catch {
      rmSync(path, { recursive: true })
      return undefined
    }
  }

  /** Leaves not a byte. */
  fill(): void {
    const block = Buffer.alloc(4096)
    try {
      for (;;) writeFileSync(join(this.path, 'filling'), block, { flag: 'a' })
    } catch {
      // Full.
    }
  }

  empty(): void {
    rmSync(join(this.path, 'filling'))
  }

  makeReadOnly(): void {
    mount('-o', 'remount,ro', this.path)
  }

  [Symbol.dispose](): void {
    // Lazily: a server that is being killed may still have files open.
    execFileSync('umount', ['-l', this.path])
    rmSync(this.path, { recursive: true })
  }
}

function mount(...args: readonly string[]): void {
  execFileSync('mount', args, { stdio: 'ignore' })
}
