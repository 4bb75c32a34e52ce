/** Runs one command in a process group of its own, to its end or to the end of its time. */
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import type { Readable } from 'node:stream'
import { type CommandTurn, killGroup } from './command-turns.ts'
import type { Deadline } from './deadline.ts'

export interface Command {
  /** The program and its arguments, for no shell. */
  readonly argv: readonly string[]
  /** All of it: nothing of this process's own is added. */
  readonly environment: Readonly<Record<string, string>>
}

export type CommandEnd =
  | { readonly kind: 'exit'; readonly code: number; readonly output: string }
  | { readonly kind: 'signal'; readonly signal: string; readonly output: string }
  | { readonly kind: 'timeout'; readonly output: string }
  /** The system's word: `ENOENT`, `EACCES`, `EAGAIN`, … */
  | { readonly kind: 'not-started'; readonly code: string }

/** Of what the command writes only the last bytes are kept. */
const KEPT_BYTES = 1024
/** What a process that has left the group may hold open, beyond the command's exit. */
const LINGER_MS = 100

type Child = ChildProcessByStdio<null, Readable, Readable>
/** Without descriptors there are no streams. */
type MaybeChild = Omit<Child, 'stdout' | 'stderr'> & {
  readonly stdout?: Readable
  readonly stderr?: Readable
}

/**
 * Runs the command until it exits or the deadline is over; then its whole process group is killed, whatever it has left running.
 * Never throws.
 */
export function runCommand(command: Command, turn: CommandTurn, deadline: Deadline): Promise<CommandEnd> {
  return new Promise(resolve => {
    let child: MaybeChild
    try {
      child = start(command)
    } catch (error) {
      resolve(notStarted(error))
      return
    }
    const group = child.pid ?? 0
    turn.begin(group)
    const tail = new Tail()
    let linger: NodeJS.Timeout | undefined
    const finish = (end: CommandEnd): void => {
      clearTimeout(linger)
      killGroup(group)
      child.stdout?.destroy()
      child.stderr?.destroy()
      resolve(end)
    }
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (piece: Buffer) => tail.take(piece))
    child.once('error', error => finish(notStarted(error)))
    child.once('exit', (code, signal) => {
      // At once: the number is free for others from now on. What it has left running ends, and its output with it.
      killGroup(group)
      const end = (): void => finish(endOf(code, signal, tail.text))
      child.once('close', end)
      linger = setTimeout(end, LINGER_MS)
    })
    deadline.onExpired(() => finish({ kind: 'timeout', output: tail.text }))
  })
}

function start({ argv, environment }: Command): MaybeChild {
  const [program = '', ...args] = argv
  return spawn(program, args, {
    cwd: '/',
    env: environment,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

function endOf(code: number | null, signal: string | null, output: string): CommandEnd {
  return code === null ? { kind: 'signal', signal: signal ?? '', output } : { kind: 'exit', code, output }
}

function notStarted(error: unknown): CommandEnd {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
  return { kind: 'not-started', code }
}

/** The last bytes of all that is written. */
class Tail {
  #bytes: Buffer = Buffer.alloc(0)

  take(piece: Buffer): void {
    // A copy: the piece itself must not be kept alive.
    this.#bytes = Buffer.concat([this.#bytes, piece.subarray(-KEPT_BYTES)]).subarray(-KEPT_BYTES)
  }

  get text(): string {
    return this.#bytes.toString('utf8')
  }
}
