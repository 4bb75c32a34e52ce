/** A small Debian in a folder, made once for each checkout: for what needs a system of its own. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { ROOT_FOLDER } from './child.ts'

/** What a Node needs, and systemd. */
const PACKAGES = ['libatomic1', 'systemd', 'systemd-sysv', 'dbus']
const LIMIT_MS = 10 * 60_000

/** Its path, or why there is none. Nobody may change what is in it. */
export function debianRoot(): { readonly path: string } | { readonly unavailable: string } {
  if (process.getuid?.() !== 0) return { unavailable: 'only root can make a root file system' }
  const path = `${ROOT_FOLDER}.cache/debian`
  if (existsSync(path)) return { path }
  const codename = /^VERSION_CODENAME=(.*)$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'stable'
  const unfinished = `${path}.${process.pid}`
  mkdirSync(unfinished, { recursive: true })
  try {
    const args = ['--variant=minbase', `--include=${PACKAGES.join(',')}`, codename, unfinished]
    execFileSync('debootstrap', args, { stdio: 'pipe', timeout: LIMIT_MS })
    renameSync(unfinished, path)
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true })
    const why = error instanceof Error ? error.message.split('\n')[0] : String(error)
    return { unavailable: `debootstrap does not work here: ${why}` }
  }
  return { path }
}
