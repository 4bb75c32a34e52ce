/** What a measurement needs and must not leave behind: a temporary folder and child processes. */
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs'
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { processTree } from './cpu-time.ts'

const STOP_LIMIT_MS = 3000

export class Stage {
  readonly folder: string
  readonly #children = new Set<ChildProcess>()
  readonly #clear = (): void => this.#killAll()

  private constructor(folder: string) {
    this.folder = folder
    process.on('exit', this.#clear)
  }

  static async open(): Promise<Stage> {
    return new Stage(await mkdtemp(join(tmpdir(), 'understudy-bench-')))
  }

  /** Writes a file below the folder; gives its path. */
  async file(name: string, text: string): Promise<string> {
    const path = join(this.folder, name)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, text)
    return path
  }

  /** Starts a program; what it says goes to `NAME.log` in the folder. `ipc` opens a channel to a Node process. */
  start(name: string, command: readonly string[], { ipc = false } = {}): ChildProcess {
    const [program = '', ...args] = command
    const log = openSync(join(this.folder, `${name}.log`), 'a')
    const child = spawn(program, args, { stdio: ['ignore', log, log, ...(ipc ? ['ipc' as const] : [])] })
    closeSync(log)
    this.#children.add(child)
    child.on('error', error => process.stderr.write(`${name}: ${error.message}\n`))
    child.on('exit', () => this.#children.delete(child))
    return child
  }

  /** What a program has said so far. */
  log(name: string): string {
    return readFileSync(join(this.folder, `${name}.log`), 'utf8')
  }

  /** Ends the process and, if it does not obey in time, all under it. */
  async stop(child: ChildProcess): Promise<void> {
    if (!this.#children.has(child)) return
    const exited = new Promise(resolve => child.once('exit', resolve))
    child.kill('SIGTERM')
    const timer = setTimeout(() => killTree(child), STOP_LIMIT_MS)
    await exited
    clearTimeout(timer)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(Array.from(this.#children, child => this.stop(child)))
    process.off('exit', this.#clear)
    rmSync(this.folder, { recursive: true, force: true })
  }

  #killAll(): void {
    for (const child of this.#children) killTree(child)
    rmSync(this.folder, { recursive: true, force: true })
  }
}

function killTree({ pid }: ChildProcess): void {
  if (pid === undefined) return
  for (const member of processTree(pid).reverse()) {
    try {
      process.kill(member, 'SIGKILL')
    } catch {
      // It has ended in the meantime.
    }
  }
}
