/** Child processes that do not outlive the test. */
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { Lines } from './lines.ts'

/** Where the checkout is. */
export const ROOT_FOLDER = fileURLToPath(new URL('../..', import.meta.url))

export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export interface ChildOptions {
  readonly cwd?: string
  /** In addition to this process's environment. */
  readonly env?: Readonly<Record<string, string>>
}

export class Child implements AsyncDisposable {
  readonly stdout: Lines
  readonly stderr: Lines
  /** Resolves when the process has ended and all that it wrote has been read. */
  readonly exit: Promise<Exit>
  readonly #process: ChildProcessByStdio<null, Readable, Readable>
  readonly #killWithUs = (): void => void this.kill('SIGKILL')

  constructor(command: readonly string[], { cwd, env }: ChildOptions = {}) {
    const [program = '', ...args] = command
    const options = {
      stdio: ['ignore', 'pipe', 'pipe'] as ['ignore', 'pipe', 'pipe'],
      cwd,
      env: { ...process.env, ...env },
    }
    this.#process = spawn(program, args, options)
    this.stdout = new Lines(this.#process.stdout)
    this.stderr = new Lines(this.#process.stderr)
    process.on('exit', this.#killWithUs)
    this.exit = once(this.#process, 'close').then(([code, signal]: Exit[keyof Exit][]) => {
      process.off('exit', this.#killWithUs)
      return { code, signal } as Exit
    })
    // Whoever asks for it gets the error; nobody need ask.
    this.exit.catch(() => undefined)
  }

  get pid(): number {
    return this.#process.pid ?? 0
  }

  kill(signal: NodeJS.Signals): void {
    this.#process.kill(signal)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.kill('SIGKILL')
    await this.exit.catch(() => undefined)
  }
}

/** Runs `understudy ARGS` on this very Node. */
export function understudy(args: readonly string[], options: ChildOptions = {}): Child {
  return new Child([process.execPath, `${ROOT_FOLDER}bin/understudy.js`, ...args], options)
}

export interface Finished {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs `understudy ARGS` to its end. */
export async function runUnderstudy(args: readonly string[], options: ChildOptions = {}): Promise<Finished> {
  await using child = understudy(args, options)
  const { code } = await child.exit
  return { code, stdout: child.stdout.text, stderr: child.stderr.text }
}
