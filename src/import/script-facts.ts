/** What a failover script says about itself: each value with its place. */
import { parseAddress } from '#base/address.ts'
import type { Input } from './input.ts'
import type { Command, ShellText } from './shell-text.ts'
import { type Assigned, ShellValues, UNKNOWN } from './shell-values.ts'

export interface Fact<T> {
  readonly value: T
  readonly offset: number
  /** As it stands behind the value: `PRIMARY_IP, failover.sh:3`. */
  readonly from: string
}

/** A word of a command, with what it stands for. */
export interface ShellWord {
  readonly text: string
  readonly offset: number
}

export interface Call {
  /** The command's name, without its folder. */
  readonly name: string
  readonly words: readonly ShellWord[]
  readonly command: Command
  /** Seconds that `timeout` gives it. */
  readonly limit: string | undefined
}

const RESERVED = [
  'if',
  'elif',
  'then',
  'else',
  'while',
  'until',
  'do',
  '!',
  '{',
  'time',
  'exec',
  'sudo',
  'nice',
  'command',
  'fi',
  'done',
  '}',
]

/** A script with its values put in. */
export class Script {
  readonly input: Input
  readonly shell: ShellText
  readonly values: ShellValues
  readonly calls: readonly Call[]
  /** Names of its functions. */
  readonly functions: ReadonlySet<string>
  readonly #used = new Set<string>()

  constructor(input: Input, shell: ShellText) {
    this.input = input
    this.shell = shell
    this.values = new ShellValues(shell)
    this.functions = new Set(
      Array.from(
        input.text.matchAll(/^[ \t]*(?:function[ \t]+([A-Za-z_][\w-]*)|([A-Za-z_][\w-]*)[ \t]*\(\))/gm),
        match => match[1] ?? match[2] ?? '',
      ),
    )
    this.calls = shell.commands.flatMap(command => this.#call(command) ?? [])
  }

  /** Names of variables that no fact has been taken from. */
  get unused(): Assigned[] {
    return this.values.names
      .filter(name => !this.#used.has(name))
      .flatMap(name => this.values.get(name) ?? [])
  }

  /** That the variable means something that has been dealt with. */
  use(name: string): void {
    this.#used.add(name)
  }

  /** The first variable that is called so and whose value is known. */
  variable(pattern: RegExp): Fact<string> | undefined {
    for (const name of this.values.names) {
      if (!pattern.test(name)) continue
      const found = this.values.get(name)
      if (found?.value === undefined || found.value === '') continue
      this.use(name)
      return {
        value: found.value.trim(),
        offset: found.offset,
        from: `${name}, ${this.input.at(found.offset)}`,
      }
    }
    return undefined
  }

  /** All such variables, in the order in which they are assigned. */
  variables(pattern: RegExp): Fact<string>[] {
    return this.values.names
      .filter(name => pattern.test(name))
      .flatMap(name => this.variable(new RegExp(`^${name}$`)) ?? [])
  }

  /** A variable that is called so, and whose value only running the script would tell. */
  computed(pattern: RegExp): Assigned | undefined {
    return this.values.names
      .map(name => this.values.get(name))
      .find(one => one !== undefined && pattern.test(one.name) && one.value === undefined)
  }

  fact<T>(value: T, offset: number, what: string): Fact<T> {
    return { value, offset, from: `${what}, ${this.input.at(offset)}` }
  }

  /** The address that the text is, or that it is not known before the script runs. */
  isAddress(text: string): boolean {
    return text === UNKNOWN || parseAddress(text) !== undefined
  }

  #call(command: Command): Call | undefined {
    if (command.isPattern) return undefined
    const words = this.values.words(command)
    let limit: string | undefined
    let at = 0
    for (; at < words.length; at++) {
      const text = words[at]?.text ?? ''
      if (text === 'timeout') {
        while (words[at + 1]?.text.startsWith('-') === true) at++
        limit = words[++at]?.text
      } else if (!RESERVED.includes(text) && !/^[A-Za-z_][A-Za-z0-9_]*=/.test(text)) break
    }
    const name = words[at]?.text.replace(/^.*\//, '')
    return name === undefined || name === ''
      ? undefined
      : { name, words: words.slice(at + 1), command, limit }
  }
}
