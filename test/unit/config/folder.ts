/** A folder that lasts as long as one test. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Complaint } from '#base/complaint.ts'
import { formatComplaint } from '#base/complaint.ts'

export interface Folder extends AsyncDisposable {
  readonly path: string
}

/** Makes the files with their contents below a new folder. */
export async function folderOf(files: Readonly<Record<string, string | Uint8Array>>): Promise<Folder> {
  const path = await mkdtemp(join(tmpdir(), 'understudy-config-'))
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(path, name)), { recursive: true })
    await writeFile(join(path, name), content)
  }
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

/** Complaints as they are printed, without the lines shown under them. */
export function linesOf(complaints: readonly Complaint[]): string[] {
  return complaints.map(({ excerpt: _, ...complaint }) => formatComplaint(complaint))
}
