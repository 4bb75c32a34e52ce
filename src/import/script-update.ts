/** What a script tells its name server: nsupdate's commands, from a here-document, or from echo and printf. */
import type { Fact, Script, ShellWord } from './script-facts.ts'
import { UNKNOWN } from './shell-values.ts'

export interface Update {
  readonly zone: Fact<string> | undefined
  readonly name: Fact<string> | undefined
  readonly ttl: Fact<string> | undefined
  /** Addresses and other data that are added; `UNKNOWN` for a parameter. */
  readonly added: readonly Fact<string>[]
  readonly isThere: boolean
}

export function updateOf(script: Script): Update {
  const lines = updateLines(script)
  const last = (pattern: RegExp, part: number): Fact<string> | undefined => {
    for (const { text, offset } of lines) {
      const value = pattern.exec(text)?.[part]
      if (value !== undefined && !value.includes(UNKNOWN)) return script.fact(value, offset, 'nsupdate')
    }
    return undefined
  }
  const ADD = /^(?:update\s+)?add\s+(\S+)\s+(\S+)\s+(?:IN\s+)?(?:A|AAAA|CNAME)\s+(\S+)/i
  const added = lines.flatMap(({ text, offset }) => {
    const data = ADD.exec(text)?.[3]
    return data === undefined ? [] : [script.fact(data, offset, 'nsupdate')]
  })
  return {
    zone: last(/^zone\s+(\S+)/i, 1),
    name: last(ADD, 1) ?? last(/^(?:update\s+)?del(?:ete)?\s+(\S+)/i, 1),
    ttl: last(ADD, 2),
    added,
    isThere: lines.length > 0 || script.calls.some(({ name }) => name === 'nsupdate'),
  }
}

function updateLines(script: Script): { text: string; offset: number }[] {
  const lines: { text: string; offset: number }[] = []
  for (const { command, name, words } of script.calls) {
    if (command.body !== undefined) {
      let { offset } = command.body
      for (const line of command.body.text.split('\n')) {
        lines.push({ text: expandLine(script, line.trim()), offset })
        offset += line.length + 1
      }
    }
    if (name !== 'echo' && name !== 'printf') continue
    const text = printed(name, words)
    for (const line of text.split(/\\n|\n/)) lines.push({ text: line.trim(), offset: command.offset })
  }
  return lines.filter(({ text }) => /^(server|zone|update|add|del|delete|key|send)\b/i.test(text))
}

/** What echo or printf would print. */
function printed(command: string, words: readonly ShellWord[]): string {
  const [format = '', ...values] = words.map(({ text }) => text).filter(text => !/^-[neE]+$/.test(text))
  if (command === 'echo') return [format, ...values].join(' ')
  let index = 0
  return format.replace(/%[sd]/g, () => values[index++] ?? '')
}

function expandLine(script: Script, line: string): string {
  return line.replace(
    /\$\{?([A-Za-z_][A-Za-z0-9_]*|\d)\}?/g,
    (_, name: string) => script.values.get(name)?.value ?? UNKNOWN,
  )
}
