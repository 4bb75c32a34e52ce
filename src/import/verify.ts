/** What was made must be good: it is read as `understudy check` would read it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Complaint } from '#base/complaint.ts'
import { checkPath } from '#config/load.ts'
import type { OutputFile } from './write.ts'

/** All complaints of these files as a folder of zones. */
export async function verify(files: readonly OutputFile[]): Promise<readonly Complaint[]> {
  const folder = await mkdtemp(join(tmpdir(), 'understudy-import-'))
  try {
    for (const { name, text } of files) await writeFile(join(folder, name), text)
    return (await checkPath('.', { cwd: folder, env: {} })).complaints
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
