import { existsSync, mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

/** Makes a folder and those above it that are missing, with the given mode (less the umask); one that is there is left as it is. Throws what the system says. */
export function makeFolder(path: string, mode = 0o777): void {
  // mkdir's own `recursive` never ends where a file system without room for folders of ours, such as /proc, answers ENOENT.
  try {
    mkdirSync(path, { mode })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' && !existsSync(dirname(path))) {
      makeFolder(dirname(path), mode)
      mkdirSync(path, { mode })
    } else if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) throw error
  }
}
