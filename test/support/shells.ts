/** Shells with the completion of understudy, as somebody has them who types. */
import { spawnSync } from 'node:child_process'
import { chmod } from 'node:fs/promises'
import { join } from 'node:path'
import { ROOT_FOLDER } from './child.ts'
import { PseudoTerminal } from './pseudo-terminal.ts'
import { TempFolder } from './temp-folder.ts'

const PROMPT = 'READY> '
/** Control-X Control-P: print the line as it is now, between marks. */
const PRINT_LINE = '\x18\x10'

/** What their files of settings have, in a folder of its own. */
const SETTINGS = {
  bash: {
    file: '.bashrc',
    text: String.raw`PS1='${PROMPT}'
source <(understudy completion bash)
bind 'set bell-style none'
bind 'set enable-bracketed-paste off'
print-line() { printf '<<%s>>\n' "$READLINE_LINE"; }
bind -x '"\C-x\C-p": print-line'
`,
  },
  zsh: {
    file: '.zshrc',
    text: `PS1='${PROMPT}'
unsetopt beep zle_bracketed_paste
autoload -Uz compinit && compinit -u -D
source <(understudy completion zsh)
print-line() { print -r -- "<<$BUFFER>>" }
zle -N print-line
bindkey '^X^P' print-line
`,
  },
} as const

export function hasShell(shell: string): boolean {
  return spawnSync(shell, ['-c', 'true']).status === 0
}

export class CompletingShells implements AsyncDisposable {
  readonly #folder: TempFolder

  private constructor(folder: TempFolder) {
    this.#folder = folder
  }

  /** With an `understudy` of this checkout in their PATH. */
  static async open(): Promise<CompletingShells> {
    const folder = await TempFolder.open()
    const program = `#!/bin/sh\nexec '${process.execPath}' '${ROOT_FOLDER}bin/understudy.js' "$@"\n`
    await chmod(await folder.file('bin/understudy', program), 0o755)
    for (const { file, text } of Object.values(SETTINGS)) await folder.file(file, text)
    return new CompletingShells(folder)
  }

  get env(): Record<string, string> {
    const { path } = this.#folder
    return {
      PATH: `${join(path, 'bin')}:${process.env['PATH']}`,
      HOME: path,
      ZDOTDIR: path,
      LC_ALL: 'C.UTF-8',
    }
  }

  /** Runs a script in the shell; what it prints, in lines. */
  run(shell: string, script: string): string[] {
    const { stdout, stderr, status } = spawnSync(shell, ['-c', script], {
      env: { ...process.env, ...this.env },
      cwd: this.#folder.path,
      encoding: 'utf8',
      timeout: 60_000,
    })
    if (status !== 0) throw new Error(`${shell} ended with ${status}: ${stderr}`)
    return stdout.split('\n').filter(line => line !== '')
  }

  /** What the line has become after Tab, typed into a shell on a terminal. */
  async tab(shell: keyof typeof SETTINGS, line: string): Promise<string> {
    const { path } = this.#folder
    const command =
      shell === 'bash' ? ['bash', '--noprofile', '--rcfile', `${path}/.bashrc`, '-i'] : ['zsh', '-i']
    await using terminal = new PseudoTerminal(command, { columns: 200, cwd: path, env: this.env })
    await terminal.until(/READY> /)
    terminal.type(`${line}\t${PRINT_LINE}`)
    const [, completed = ''] = await terminal.until(/<<([^\r\n]*)>>/)
    return completed
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#folder[Symbol.asyncDispose]()
  }
}
