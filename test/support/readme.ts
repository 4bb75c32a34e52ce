/** The code blocks of the README, so that tests can hold them true. */
import { readFileSync } from 'node:fs'
import { ROOT_FOLDER } from './child.ts'

export interface CodeBlock {
  /** As in ```` ```yaml ````. */
  readonly language: string
  readonly text: string
  /** Where it begins in the README. */
  readonly line: number
}

/** Those blocks that are to be run: one right below a comment `<!-- not run: why -->` is left out. */
export function readmeBlocks(markdown = readFileSync(`${ROOT_FOLDER}README.md`, 'utf8')): CodeBlock[] {
  const blocks: CodeBlock[] = []
  for (const match of markdown.matchAll(/^```(\w*)\n(.*?)^```$/gms)) {
    const before = markdown.slice(0, match.index)
    if (/<!-- not run: [^>]+ -->\s*$/.test(before)) continue
    blocks.push({ language: match[1] ?? '', text: match[2] ?? '', line: before.split('\n').length })
  }
  return blocks
}

/** The file that a block is, by the comment in its first line, as in `# zones/lb.example.com.yaml`; undefined for none. */
export function fileOf({ text }: CodeBlock): string | undefined {
  return /^[#;]\s*([\w./-]+\.(?:yaml|zone))\s*$/m.exec(text.split('\n')[0] ?? '')?.[1]
}

/** The commands of a shell block: prompts, comments and blank lines taken away, continued lines joined. */
export function commandsOf({ text }: CodeBlock): string[] {
  return text
    .replace(/\\\n\s*/g, ' ')
    .split('\n')
    .map(line =>
      line
        .replace(/^\$ /, '')
        .replace(/(^|\s)#\s.*$/, '')
        .trim(),
    )
    .filter(line => line !== '')
}
