/** Images and containers by podman, in a store of their own. It needs no daemon. */
import { execFile, execFileSync } from 'node:child_process'
import { cpSync, existsSync } from 'node:fs'
import { promisify } from 'node:util'
import { debianRoot } from './debian-root.ts'
import { TempFolder } from './temp-folder.ts'

const run = promisify(execFile)
const LIMIT_MS = 10 * 60_000
/** Within what the tests themselves may use. */
const LIMITS = ['--ulimit=nofile=4096:4096', '--ulimit=nproc=4096:4096']

/** Debian with this Node and this npm: as much of the official image as ours asks for. */
const STAND_IN = `FROM debian-root
COPY node /usr/local/bin/node
COPY npm /usr/local/lib/node_modules/npm
COPY certificates /usr/local/share/certificates
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm
`

export interface Container extends AsyncDisposable {
  readonly id: string
  /** Of its first process, as this host sees it. */
  readonly pid: number
}

export class Containers implements AsyncDisposable {
  readonly #folder: TempFolder

  private constructor(folder: TempFolder) {
    this.#folder = folder
  }

  /** With an image `node:26-slim`, a stand-in; or why there is none. */
  static async open(): Promise<Containers | { readonly unavailable: string }> {
    const root = debianRoot()
    if ('unavailable' in root) return root
    const containers = new Containers(await TempFolder.open())
    try {
      await containers.#makeBase(root.path)
    } catch (error) {
      await containers[Symbol.asyncDispose]()
      const why = error instanceof Error ? error.message : String(error)
      return { unavailable: `no image can be built here: ${why}` }
    }
    return containers
  }

  /** Rejects, with what it said, if it fails. */
  async podman(...args: readonly string[]): Promise<string> {
    const { stdout } = await run('podman', [...this.#place(), ...args], {
      timeout: LIMIT_MS,
      maxBuffer: 16 << 20,
    })
    return stdout.trim()
  }

  async build(folder: string, tag: string): Promise<void> {
    // Not cached: each layer would be kept, and built on the next time.
    const how = ['--isolation=chroot', '--network=host', '--pull=never', '--format=docker', '--layers=false']
    await this.podman('build', ...how, `--tag=${tag}`, folder)
  }

  /** Starts one without a network but its own loopback; without a command it runs what the image says. */
  async start(
    image: string,
    options: readonly string[],
    command: readonly string[] = [],
  ): Promise<Container> {
    const all = ['--detach', '--network=none', ...LIMITS, ...options, image, ...command]
    const id = await this.podman('run', ...all)
    const pid = Number(await this.podman('inspect', '--format={{.State.Pid}}', id))
    const remove = async (): Promise<void> => void (await this.podman('rm', '--force', '--time=0', id))
    return { id, pid, [Symbol.asyncDispose]: remove }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.podman('rm', '--all', '--force', '--time=0').catch(() => undefined)
    await this.podman('rmi', '--all', '--force').catch(() => undefined)
    await this.#folder[Symbol.asyncDispose]()
  }

  #place(): string[] {
    const { path } = this.#folder
    return [
      `--root=${path}/store`,
      `--runroot=${path}/run`,
      `--tmpdir=${path}/tmp`,
      '--storage-driver=overlay',
      '--storage-opt=skip_mount_home=true',
      '--runtime=runc',
      '--cgroup-manager=cgroupfs',
      '--events-backend=none',
    ]
  }

  async #makeBase(root: string): Promise<void> {
    const { path } = this.#folder
    const archive = `${path}/root.tar`
    await run('tar', ['--create', '--one-file-system', `--file=${archive}`, `--directory=${root}`, '.'])
    await this.podman('import', archive, 'debian-root')
    const context = `${path}/base`
    const ownCertificates = process.env['NODE_EXTRA_CA_CERTS'] ?? ''
    const settings: Record<string, string> = { npm_config_registry: npm('config', 'get', 'registry') }
    await this.#folder.file('base/certificates/README', 'What this host trusts beside the usual.\n')
    if (existsSync(ownCertificates)) {
      cpSync(ownCertificates, `${context}/certificates/own.pem`, { dereference: true })
      settings['NODE_EXTRA_CA_CERTS'] = '/usr/local/share/certificates/own.pem'
    }
    cpSync(process.execPath, `${context}/node`, { dereference: true })
    cpSync(`${npm('root', '--global')}/npm`, `${context}/npm`, { recursive: true, dereference: true })
    const lines = Object.entries(settings).map(([name, value]) => `ENV ${name}=${value}\n`)
    await this.#folder.file('base/Dockerfile', STAND_IN + lines.join(''))
    await this.build(context, 'docker.io/library/node:26-slim')
  }
}

function npm(...args: readonly string[]): string {
  return execFileSync('npm', args, { encoding: 'utf8' }).trim()
}
