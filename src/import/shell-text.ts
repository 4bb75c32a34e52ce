/**
 * Takes the text of a shell script apart, without running anything of it (POSIX.1-2024, Shell Command Language 2.2 and 2.3, as far as scripts for failover go).
 *
 *   script ── commands ── words ── parts: literal text, text in which $NAME stands for a value, or what only running it would tell
 */
export interface Part {
  readonly kind: 'literal' | 'open' | 'dynamic'
  readonly text: string
}

export interface Word {
  readonly parts: readonly Part[]
  readonly offset: number
  readonly isQuoted: boolean
}

export interface Command {
  readonly words: readonly Word[]
  readonly offset: number
  /** Of a here-document. */
  readonly body?: { readonly text: string; readonly offset: number }
  /** Words of arrays, as in `OPTS=(-k -f)`, by the name. */
  readonly arrays: ReadonlyMap<string, readonly Word[]>
  /** Of loops around it. */
  readonly loops: number
  /** Whether its output is read by the next one. */
  readonly isPiped: boolean
  /** Whether it is a pattern of `case` and no command. */
  readonly isPattern: boolean
}

export interface Comment {
  readonly text: string
  readonly offset: number
}

export interface ShellText {
  readonly commands: readonly Command[]
  readonly comments: readonly Comment[]
}

const MAX_DEPTH = 20
const MAX_COMMANDS = 20_000
const OPERATORS = [';;', '&&', '||', '|&', ';', '&', '|', '\n', '(', ')']

/** Undefined where the script is too long or too deep to be one of those that are known. */
export function readShell(text: string): ShellText | undefined {
  const reader = new ShellReader(text)
  return reader.run() ? { commands: reader.commands, comments: reader.comments } : undefined
}

interface HereDocument {
  readonly end: string
  readonly tabs: boolean
  readonly command: number
}

class ShellReader {
  readonly commands: Command[] = []
  readonly comments: Comment[] = []
  readonly #text: string
  #at = 0
  #depth = 0
  #loops = 0
  #cases = 0
  #pending: HereDocument[] = []
  #isTooMuch = false

  constructor(text: string) {
    this.#text = text
  }

  run(): boolean {
    while (this.#at < this.#text.length && !this.#isTooMuch) this.#commands(undefined)
    return !this.#isTooMuch
  }

  /** Up to the closing bracket or backtick, or the end. */
  #commands(close: ')' | '`' | undefined): void {
    if (++this.#depth > MAX_DEPTH) this.#isTooMuch = true
    while (this.#at < this.#text.length && !this.#isTooMuch) {
      if (close !== undefined && this.#text[this.#at] === close) {
        this.#at++
        break
      }
      this.#command(close)
    }
    this.#depth--
  }

  #command(close: ')' | '`' | undefined): void {
    const words: Word[] = []
    const arrays = new Map<string, Word[]>()
    const index = this.commands.length
    const here = this.#pending.length
    const start = this.#at
    let operator = ''
    while (this.#at < this.#text.length && !this.#isTooMuch) {
      this.#skipBlanks()
      const char = this.#text[this.#at] ?? ''
      if (char === '' || char === close) break
      if (char === '#') {
        this.#comment()
        continue
      }
      if (words.every(word => isReserved(rawText(word))) && this.#text.startsWith('((', this.#at)) {
        words.push(...this.#arithmetic())
        continue
      }
      operator = OPERATORS.find(one => this.#text.startsWith(one, this.#at)) ?? ''
      const array = operator === '(' ? arrayName(words.at(-1)) : undefined
      if (array !== undefined) {
        this.#at++
        words.pop()
        arrays.set(array, this.#array())
        continue
      }
      if (operator !== '') {
        this.#at += operator.length
        break
      }
      if (char === '<' || char === '>') this.#redirection(index)
      else {
        const word = this.#word(close)
        // The number of a descriptor, as in 2>&1.
        if (!(/^\d$/.test(rawText(word)) && /[<>]/.test(this.#text[this.#at] ?? ''))) words.push(word)
      }
    }
    if (words.length > 0 || arrays.size > 0) this.#add(words, arrays, start, operator, index)
    if (operator === '\n') this.#hereDocuments()
    else if (words.length === 0 && here < this.#pending.length && this.#at >= this.#text.length)
      this.#pending = []
  }

  #add(
    words: readonly Word[],
    arrays: ReadonlyMap<string, readonly Word[]>,
    start: number,
    operator: string,
    index: number,
  ): void {
    const [first] = words
    const head = first === undefined ? '' : rawText(first)
    if (['while', 'until', 'for'].includes(head)) this.#loops++
    if (head === 'esac') this.#cases = Math.max(0, this.#cases - 1)
    const command = {
      words,
      offset: first?.offset ?? start,
      arrays,
      loops: this.#loops,
      isPiped: operator === '|' || operator === '|&',
      isPattern: this.#cases > 0 && operator === ')',
    }
    if (head === 'case') this.#cases++
    if (head === 'done') this.#loops = Math.max(0, this.#loops - 1)
    // Those within its words have come before it.
    this.#pending = this.#pending.map(one =>
      one.command === index ? { ...one, command: this.commands.length } : one,
    )
    this.commands.push(command)
    if (this.commands.length > MAX_COMMANDS) this.#isTooMuch = true
  }

  #skipBlanks(): void {
    for (;;) {
      const char = this.#text[this.#at]
      if (char === ' ' || char === '\t' || char === '\r') this.#at++
      else if (char === '\\' && /^\\\r?\n/.test(this.#text.slice(this.#at, this.#at + 3)))
        this.#at += this.#text[this.#at + 1] === '\n' ? 2 : 3
      else return
    }
  }

  #comment(): void {
    const end = this.#text.indexOf('\n', this.#at)
    const to = end < 0 ? this.#text.length : end
    this.comments.push({ text: this.#text.slice(this.#at + 1, to), offset: this.#at })
    this.#at = to
  }

  #array(): Word[] {
    const words: Word[] = []
    while (this.#at < this.#text.length) {
      this.#skipBlanks()
      const char = this.#text[this.#at] ?? ''
      if (char === ')') {
        this.#at++
        break
      }
      if (char === '\n') this.#at++
      else if (char === '#') this.#comment()
      else if (';&|<>('.includes(char)) this.#at++
      else words.push(this.#word(')'))
    }
    return words
  }

  /** `((count >= 3))`, as the words `((`, `count`, `>=`, `3` and `))`. */
  #arithmetic(): Word[] {
    const start = this.#at
    const end = this.#text.indexOf('))', start)
    this.#at = end < 0 ? this.#text.length : end + 2
    const inside = this.#text.slice(start + 2, end < 0 ? this.#at : end)
    const texts = inside.split(/([<>=!]=|&&|\|\||[<>])|\s+/).filter(text => text !== undefined && text !== '')
    return ['((', ...texts, '))'].map(text => ({
      parts: [{ kind: 'literal', text }],
      offset: start,
      isQuoted: false,
    }))
  }

  #redirection(command: number): void {
    const here = /^<<(-?)[ \t]*(['"\\]?)([A-Za-z0-9_.-]+)\2/.exec(this.#text.slice(this.#at, this.#at + 200))
    if (here !== null) {
      this.#at += here[0].length
      this.#pending.push({ end: here[3] ?? '', tabs: here[1] === '-', command })
      return
    }
    const operator = /^(<<<|[<>]{1,2}[&|]?)/.exec(this.#text.slice(this.#at, this.#at + 4))?.[0] ?? '<'
    this.#at += operator.length
    this.#skipBlanks()
    if (/[^\s;|&()]/.test(this.#text[this.#at] ?? ' ')) this.#word(undefined)
  }

  #hereDocuments(): void {
    const pending = this.#pending
    this.#pending = []
    for (const { end, tabs, command } of pending) {
      const offset = this.#at
      let to = this.#text.length
      for (;;) {
        if (this.#at >= this.#text.length) break
        const next = this.#text.indexOf('\n', this.#at)
        const stop = next < 0 ? this.#text.length : next
        const line = this.#text.slice(this.#at, stop).replace(/\r$/, '')
        const start = this.#at
        this.#at = Math.min(this.#text.length, stop + 1)
        if ((tabs ? line.replace(/^\t+/, '') : line) === end) {
          to = start
          break
        }
      }
      const owner = this.commands[command]
      if (owner !== undefined)
        this.commands[command] = { ...owner, body: { text: this.#text.slice(offset, to), offset } }
    }
  }

  #word(close: string | undefined): Word {
    const offset = this.#at
    const parts: Part[] = []
    let isQuoted = false
    while (this.#at < this.#text.length && !this.#isTooMuch) {
      const char = this.#text[this.#at] ?? ''
      if (' \t\r\n;&|()<>'.includes(char) || char === close) break
      if (char === "'") {
        const end = this.#text.indexOf("'", this.#at + 1)
        const to = end < 0 ? this.#text.length : end
        parts.push({ kind: 'literal', text: this.#text.slice(this.#at + 1, to) })
        this.#at = to + 1
        isQuoted = true
      } else if (char === '"') {
        this.#at++
        this.#quoted(parts)
        isQuoted = true
      } else if (char === '\\') {
        parts.push({ kind: 'literal', text: this.#text[this.#at + 1] ?? '' })
        this.#at += 2
      } else this.#expansionOrText(parts, /[^\s;&|()<>"'\\`$]/y)
    }
    // A bracket that closes nothing.
    if (this.#at === offset) this.#at++
    return { parts, offset, isQuoted }
  }

  #quoted(parts: Part[]): void {
    while (this.#at < this.#text.length && !this.#isTooMuch) {
      const char = this.#text[this.#at] ?? ''
      if (char === '"') {
        this.#at++
        return
      }
      if (char === '\\') {
        const next = this.#text[this.#at + 1] ?? ''
        parts.push({
          kind: 'literal',
          text: '$`"\\'.includes(next) ? next : next === '\n' ? '' : char + next,
        })
        this.#at += 2
      } else this.#expansionOrText(parts, /[^"\\`$]/y)
    }
  }

  /** `$NAME`, `${…}`, `$(…)`, `$((…))`, backticks, or what is neither. */
  #expansionOrText(parts: Part[], plain: RegExp): void {
    const start = this.#at
    const rest = this.#text.slice(start, start + 3)
    if (rest.startsWith('$((')) {
      const end = this.#text.indexOf('))', start)
      this.#at = end < 0 ? this.#text.length : end + 2
      parts.push({ kind: 'dynamic', text: this.#text.slice(start, this.#at) })
    } else if (rest.startsWith('$(') || rest.startsWith('`')) {
      this.#at += rest.startsWith('`') ? 1 : 2
      this.#commands(rest.startsWith('`') ? '`' : ')')
      parts.push({ kind: 'dynamic', text: this.#text.slice(start, this.#at) })
    } else if (rest.startsWith('${')) {
      const end = this.#text.indexOf('}', start)
      this.#at = end < 0 ? this.#text.length : end + 1
      parts.push({ kind: 'open', text: this.#text.slice(start, this.#at) })
    } else if (rest.startsWith('$')) {
      const name =
        /^\$([A-Za-z_][A-Za-z0-9_]*|[0-9@*#?$!-])/.exec(this.#text.slice(start, start + 200))?.[0] ?? '$'
      this.#at += name.length
      parts.push({ kind: 'open', text: name })
    } else {
      plain.lastIndex = start
      while (this.#at < this.#text.length && plain.test(this.#text)) this.#at = plain.lastIndex
      if (this.#at === start) this.#at++
      parts.push({ kind: 'literal', text: this.#text.slice(start, this.#at) })
    }
  }
}

/** As written, without quotes. */
export function rawText({ parts }: Word): string {
  return parts.map(({ text }) => text).join('')
}

/** Words before a command that are no part of it. */
function isReserved(text: string): boolean {
  return ['if', 'elif', 'while', 'until', 'for', 'then', 'else', 'do', '!', '{'].includes(text)
}

function arrayName(word: Word | undefined): string | undefined {
  return word === undefined ? undefined : /^([A-Za-z_][A-Za-z0-9_]*)\+?=$/.exec(rawText(word))?.[1]
}
