/** The Dockerfile, built and run: not the official Node image under it, but a Debian with this Node that stands in for it. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { after, before, describe, it } from 'node:test'
import { promisify } from 'node:util'
import { parse } from 'yaml'
import { ROOT_FOLDER } from '#test/child.ts'
import { type Container, Containers } from '#test/containers.ts'

const run = promisify(execFile)
const COMPOSE_FOLDER = `${ROOT_FOLDER}deploy/compose/`
/** What ours adds to its base. */
const SIZE_LIMIT_BYTES = 64e6
/** As strict as it can be made. */
const STRICT = [
  '--read-only',
  '--read-only-tmpfs=false',
  '--cap-drop=all',
  '--security-opt=no-new-privileges',
]

describe('the image', { timeout: 20 * 60_000 }, () => {
  const stack = new AsyncDisposableStack()
  let containers: Containers
  let why = ''

  before(async () => {
    const opened = await Containers.open()
    if ('unavailable' in opened) {
      why = opened.unavailable
      return
    }
    containers = stack.use(opened)
    await containers.build(ROOT_FOLDER, 'understudy')
  })
  after(() => stack.disposeAsync())

  /** A program of this host in the container's network. */
  async function inNetwork({ pid }: Container, ...command: readonly string[]): Promise<string> {
    const { stdout } = await run('nsenter', [`--target=${pid}`, '--net', '--', ...command])
    return stdout.trim()
  }

  function dig(container: Container, ...args: readonly string[]): Promise<string> {
    return inNetwork(container, 'dig', '-r', '@127.0.0.1', '-p', '5300', '+short', ...args)
  }

  /** The health check comes every ten seconds where a daemon does it; here each time it is asked for. */
  async function isHealthy({ id }: Container): Promise<boolean> {
    return containers.podman('healthcheck', 'run', id).then(
      () => true,
      () => false,
    )
  }

  async function started(
    options: readonly string[] = [],
    command: readonly string[] = [],
  ): Promise<Container> {
    const container = await containers.start('understudy', [...STRICT, ...options], command)
    while (!(await isHealthy(container))) {
      const state = await containers.podman('inspect', '--format={{.State.Status}}', container.id)
      if (state === 'running') continue
      assert.fail(`it is ${state}: ${await containers.podman('logs', container.id)}`)
    }
    return container
  }

  it('adds little to its base', async context => {
    if (why !== '') return context.skip(why)
    const size = async (image: string): Promise<number> =>
      Number(await containers.podman('image', 'inspect', '--format={{.Size}}', image))
    const added = (await size('understudy')) - (await size('docker.io/library/node:26-slim'))
    context.diagnostic(`${(added / 1e6).toFixed(1)} MB`)
    assert.ok(added < SIZE_LIMIT_BYTES, `${added} bytes`)
  })

  it('answers as a user without privileges on a file system that it cannot write', async context => {
    if (why !== '') return context.skip(why)
    await using container = await started()
    assert.equal(await dig(container, 'www.static.example.net', 'CNAME', '+tcp'), 'web.static.example.net.')
    assert.equal(await dig(container, 'self.short.example.org'), '127.0.0.1')
    const status = await containers.podman('exec', container.id, 'cat', '/proc/1/status')
    assert.match(status, /^Uid:\t10053\t10053\t/m)
    assert.match(status, /^CapBnd:\t0000000000000000$/m)
    assert.match(status, /^NoNewPrivs:\t1$/m)
    await assert.rejects(containers.podman('exec', container.id, 'touch', '/app/x'), /Read-only file system/)
    await assert.rejects(containers.podman('exec', container.id, 'npm', '--version'))
  })

  it('is not healthy while the server hangs', async context => {
    if (why !== '') return context.skip(why)
    await using container = await started()
    process.kill(container.pid, 'SIGSTOP')
    assert.equal(await isHealthy(container), false)
    process.kill(container.pid, 'SIGCONT')
    assert.equal(await isHealthy(container), true)
  })

  it('ends in order, and the next one takes up its state', async context => {
    if (why !== '') return context.skip(why)
    const volume = '--volume=state:/var/lib/understudy'
    const history = async (container: Container): Promise<number> => {
      const get =
        "fetch('http://127.0.0.1:8053/api/v1/transitions').then(r => r.json()).then(j => console.log(j.transitions.length))"
      return Number(await containers.podman('exec', container.id, 'node', '--eval', get))
    }
    let before = 0
    {
      await using first = await started([volume])
      while (before === 0) before = await history(first)
      await containers.podman('stop', '--time=5', first.id)
      assert.equal(await containers.podman('inspect', '--format={{.State.ExitCode}}', first.id), '0')
    }
    await using second = await started([volume])
    assert.ok((await history(second)) >= before)
  })

  for (const [node, { command, volumes, ...service }] of Object.entries(readCompose().services)) {
    it(`runs as ${node} of the compose file`, async context => {
      if (why !== '') return context.skip(why)
      assert.deepEqual([service.read_only, service.cap_drop], [true, ['ALL']])
      const mounts = volumes.map(volume => `--volume=${volume.replace(/^\.\//, COMPOSE_FOLDER)}`)
      await using container = await started(mounts, command)
      assert.match(await dig(container, 'www.lb.example.com'), /^203\.0\.113\.[12]$/)
      assert.equal(await dig(container, 'CH', 'TXT', 'id.server'), `"${node}"`)
    })
  }
})

interface Compose {
  readonly services: Readonly<
    Record<
      string,
      {
        readonly command: readonly string[]
        readonly volumes: readonly string[]
        readonly read_only: boolean
        readonly cap_drop: readonly string[]
      }
    >
  >
}

function readCompose(): Compose {
  return parse(readFileSync(`${COMPOSE_FOLDER}compose.yaml`, 'utf8'), { merge: true }) as Compose
}
