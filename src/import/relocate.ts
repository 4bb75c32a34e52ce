/** What is wrong with a made file is wrong with the file that it was made of: the comment behind the value says where. */
import type { Complaint } from '#base/complaint.ts'
import type { Input } from './input.ts'
import type { OutputFile } from './write.ts'

/** Lines above the one complained of that may say where it comes from. */
const MAX_LINES = 40

/** Complains of the place that the made line came from. False where none is known. */
export function relocate(
  { file, line, message }: Complaint,
  files: readonly OutputFile[],
  inputs: ReadonlyMap<string, Input>,
): boolean {
  const lines = files.find(({ name }) => name === file)?.text.split('\n') ?? []
  for (let at = line - 1; at >= Math.max(0, line - MAX_LINES); at--) {
    const place = placeIn(lines[at] ?? '', inputs)
    if (place === undefined) continue
    place.input.complain(place.input.startOfLine(place.line), message)
    return true
  }
  return false
}

function placeIn(
  line: string,
  inputs: ReadonlyMap<string, Input>,
): { input: Input; line: number } | undefined {
  const comment = /[#;] (.*)$/.exec(line)?.[1] ?? ''
  for (const [, file = '', number] of comment.matchAll(/(?:^|[\s,])(\S+?):(\d+)(?=$|[;,\s])/g)) {
    const input = inputs.get(file)
    if (input !== undefined) return { input, line: Number(number) }
  }
  return undefined
}
