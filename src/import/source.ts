/** What a source of imports is: it reads its files to a draft. */
import type { Complaints } from '#config/complaints.ts'
import type { Name } from '#wire/name.ts'
import type { Draft } from './draft.ts'
import type { Findings } from './findings.ts'
import type { Input } from './input.ts'

export interface ImportSource {
  /** What is taken of a folder that is given in place of a file, as patterns within it; without it folders are no input. */
  readonly ofFolder?: readonly string[]
  /**
   * Reads all files to one draft. Never throws for what is in them, and runs nothing of it: what is wrong is complained of (`Input.complain`), and then nothing
   * is written whatever the draft is; what cannot be carried over is a finding.
   */
  read(request: SourceRequest): Draft | Promise<Draft>
}

export interface SourceRequest {
  readonly inputs: readonly Input[]
  /** What `--zone` says, in lower case. */
  readonly zone: Name | undefined
  readonly findings: Findings
  /** For what stands in no file. */
  readonly complaints: Complaints
  /**
   * Another file that one of the files names; the path is relative to that file. Undefined after a complaint at the offset.
   */
  open(from: Input, path: string, offset: number): Promise<Input | undefined>
  /** Whether the path, relative to that file, is that of a folder. */
  isFolder(from: Input, path: string): Promise<boolean>
  /** Files that the pattern (`*`, `?`, `[…]`) matches, sorted; relative to that file. Undefined after a complaint at the offset. */
  find(from: Input, pattern: string, offset: number): Promise<readonly string[] | undefined>
  /** How far the reading of a file has come, from 0 to 1; for a progress bar. */
  progress(input: Input, part: number): void
}
