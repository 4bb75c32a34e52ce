/** A program on a pseudo terminal of a given size, made by `script` of util-linux. */
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'

export interface TerminalOptions {
  readonly columns: number
  readonly rows?: number
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
}

const PATIENCE_MS = 20_000

/** Whether there is such a `script`; that of the BSDs takes other arguments. */
export const hasPseudoTerminals = spawnSync('script', ['--version']).stdout?.includes('util-linux') === true

export class PseudoTerminal implements AsyncDisposable {
  /** All that the program has written, as the terminal gets it. */
  output = ''
  /** Resolves with the exit code of the program. */
  readonly exit: Promise<number | null>
  readonly #script: ChildProcessWithoutNullStreams
  readonly #killWithUs = (): void => void this.#script.kill('SIGKILL')

  constructor(command: readonly string[], { columns, rows = 24, cwd, env }: TerminalOptions) {
    const program = command.map(word => `'${word.replaceAll("'", "'\\''")}'`).join(' ')
    const sized = `stty cols ${columns} rows ${rows}; exec ${program}`
    const { NO_COLOR: _, ...inherited } = process.env
    this.#script = spawn('script', ['-qefc', sized, '/dev/null'], {
      cwd,
      env: { ...inherited, SHELL: '/bin/sh', TERM: 'xterm-256color', ...env },
    })
    this.#script.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.output += text
    })
    process.on('exit', this.#killWithUs)
    this.exit = once(this.#script, 'close').then(([code]: (number | null)[]) => {
      process.off('exit', this.#killWithUs)
      return code ?? null
    })
  }

  /** As if it were typed. */
  type(text: string): void {
    this.#script.stdin.write(text)
  }

  /** Resolves with the match as soon as the output, from the character `from` on, has one. */
  async until(pattern: RegExp, from = 0): Promise<RegExpExecArray> {
    const signal = AbortSignal.timeout(PATIENCE_MS)
    for (;;) {
      const match = pattern.exec(this.output.slice(from))
      if (match !== null) return match
      await once(this.#script.stdout, 'data', { signal }).catch(() => {
        throw new Error(`${pattern} did not come:\n${JSON.stringify(this.output)}`)
      })
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#script.kill('SIGKILL')
    await this.exit.catch(() => undefined)
  }
}
