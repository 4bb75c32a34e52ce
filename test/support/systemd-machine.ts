/** systemd as process 1 of a container with a network of its own: what it starts, it starts as on a host. */
import { execFile } from 'node:child_process'
import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { promisify } from 'node:util'
import { Child, ROOT_FOLDER } from './child.ts'
import { until } from './processes.ts'

const run = promisify(execFile)
const LIMIT_MS = 60_000

export class SystemdMachine implements AsyncDisposable {
  readonly #child: Child
  #leader = 0

  private constructor(child: Child) {
    this.#child = child
  }

  /**
   * Boots it. This checkout is in /opt/understudy, this Node in /usr/bin; nothing written outside of `binds` outlives it. Rejects, with what it said,
   * where this system does not permit that.
   *
   * @param binds what is seen of this host: its path there, by the path here
   */
  static async boot(root: string, binds: Readonly<Record<string, string>>): Promise<SystemdMachine> {
    const modules = realpathSync(`${ROOT_FOLDER}node_modules`)
    const readOnly = {
      [realpathSync(ROOT_FOLDER)]: '/opt/understudy',
      [process.execPath]: '/usr/bin/node',
      ...(modules.startsWith(ROOT_FOLDER) ? {} : { [modules]: modules }),
      ...binds,
    }
    const child = new Child([
      'systemd-nspawn',
      `--directory=${root}`,
      '--volatile=overlay',
      '--private-network',
      `--machine=understudy-test-${process.pid}`,
      '--register=no',
      '--console=pipe',
      // Where systemd does not run there is nobody to ask for a unit of one's own.
      ...(existsSync('/run/systemd/system') ? [] : ['--keep-unit']),
      ...Object.entries(readOnly).map(([here, there]) => `--bind-ro=${here}:${there}`),
      '--boot',
      '--',
      '--unit=basic.target',
    ])
    const machine = new SystemdMachine(child)
    try {
      await machine.#booted()
    } catch (error) {
      await machine[Symbol.asyncDispose]()
      throw error
    }
    return machine
  }

  /** Runs a program of the machine; rejects, with all that it said, if it fails. */
  run(...command: readonly string[]): Promise<string> {
    return this.#enter(['--mount', '--pid', '--net', '--uts', '--ipc', '--root'], command)
  }

  /** Runs a program of this host in the machine's network. */
  runOutside(...command: readonly string[]): Promise<string> {
    return this.#enter(['--net'], command)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // It takes its container with it only if it is asked to end.
    this.#child.kill('SIGTERM')
    await this.#child.exit.catch(() => undefined)
  }

  async #booted(): Promise<void> {
    let ended = false
    void this.#child.exit.then(() => {
      ended = true
    })
    await until(() => ended || this.#findLeader())
    if (ended) throw new Error(`no systemd here: ${this.#child.stderr.text} ${this.#child.stdout.text}`)
    for (;;) {
      try {
        await this.run('systemctl', 'is-active', 'basic.target')
        return
      } catch (error) {
        if (ended) throw error
      }
    }
  }

  /** The only child of nspawn is process 1 of the machine. */
  #findLeader(): boolean {
    const { pid } = this.#child
    try {
      const [leader] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ')
      if (leader === undefined || leader === '') return false
      if (!readFileSync(`/proc/${leader}/cmdline`, 'utf8').includes('systemd\0')) return false
      this.#leader = Number(leader)
      return true
    } catch {
      return false
    }
  }

  async #enter(spaces: readonly string[], command: readonly string[]): Promise<string> {
    const { stdout } = await run('nsenter', [`--target=${this.#leader}`, ...spaces, '--', ...command], {
      timeout: LIMIT_MS,
    })
    return stdout.trim()
  }
}
