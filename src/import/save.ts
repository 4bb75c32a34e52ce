/** Writes files into a folder: all or none, and never over one that is there. */
import { lstat, rm, writeFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { makeFolder } from '#base/make-folder.ts'
import type { OutputFile } from './write.ts'

/** Gives what is in the way, one line each; then nothing has been written. */
export async function save(folder: string, files: readonly OutputFile[]): Promise<string[]> {
  const problems: string[] = []
  for (const { name } of files) {
    for (const one of claimants(name))
      if (await exists(join(folder, one))) problems.push(`${join(folder, one)} is there already`)
  }
  return problems.length > 0 ? problems : await writeAll(folder, files)
}

/** All names that would be read as the same zone. */
function claimants(name: string): string[] {
  const stem = name.slice(0, -extname(name).length)
  return extname(name) === '.zone' ? [name] : [name, `${stem}.yml`]
}

async function writeAll(folder: string, files: readonly OutputFile[]): Promise<string[]> {
  const written: string[] = []
  try {
    makeFolder(folder)
    for (const { name, text } of files) {
      const path = join(folder, name)
      // Exclusive: it may have come to be there since.
      await writeFile(path, text, { flag: 'wx' }).catch(async (error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') written.push(path)
        throw error
      })
      written.push(path)
    }
    return []
  } catch (error) {
    for (const path of written) await rm(path, { force: true })
    return [error instanceof Error ? error.message : String(error)]
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path)
    return true
  } catch (error) {
    // What is there but cannot be looked at must not be passed over.
    return !['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')
  }
}
