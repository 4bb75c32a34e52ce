/** Installs the real programs that the tests compare with, from Debian; does nothing where all are there. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** A program of each package. */
const PROGRAMS: Readonly<Record<string, string>> = {
  'bind9-dnsutils': 'dig',
  'knot-dnsutils': 'kdig',
  knot: 'knotd',
  nsd: 'nsd',
  dnsperf: 'dnsperf',
  gdnsd: 'gdnsd',
  chromium: 'chromium',
  prometheus: 'promtool',
  debootstrap: 'debootstrap',
  podman: 'podman',
  unbound: 'unbound',
  runc: 'runc',
  'groff-base': 'groff',
  'systemd-container': 'systemd-nspawn',
  'python3-aiosmtpd': 'aiosmtpd',
  zsh: 'zsh',
  fish: 'fish',
}

/** Servers are in folders that the PATH of a user does not name. */
const FOLDERS = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/usr/local/sbin']

/** While this exits with 101, packages start no services, which would take port 53. */
const POLICY = '/usr/sbin/policy-rc.d'

const missing = missingPackages()
if (missing.length > 0) {
  try {
    install(missing)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    process.stderr.write(`the interop tests need ${missing.join(', ')}: ${why}\n`)
    process.exitCode = 1
  }
}

function missingPackages(): string[] {
  return Object.entries(PROGRAMS).flatMap(([name, program]) => (isInstalled(program) ? [] : [name]))
}

function isInstalled(program: string): boolean {
  return FOLDERS.some(folder => existsSync(join(folder, program)))
}

/** Throws, with words for a person, where that cannot be. */
function install(packages: readonly string[]): void {
  if (!isInstalled('apt-get')) throw new Error('there is no apt-get here, install them by other means')
  const isRoot = process.getuid?.() === 0
  if (!isRoot && spawnSync('sudo', ['-n', 'true']).status !== 0)
    throw new Error(`run "sudo apt-get install ${packages.join(' ')}", or this as root`)
  const prefix = isRoot ? [] : ['sudo', '-n']
  const unattended = ['env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get']
  run([...prefix, ...unattended, 'update'])
  const hasPolicy = existsSync(POLICY)
  try {
    if (!hasPolicy)
      run([...prefix, 'sh', '-c', `printf '#!/bin/sh\\nexit 101\\n' > ${POLICY} && chmod 755 ${POLICY}`])
    run([...prefix, ...unattended, 'install', '--yes', '--no-install-recommends', ...packages])
  } finally {
    if (!hasPolicy) run([...prefix, 'rm', '-f', POLICY])
  }
  const still = missingPackages()
  if (still.length > 0) throw new Error(`${still.join(', ')} cannot be found after installing`)
}

function run([program = '', ...args]: readonly string[]): void {
  const { status, error } = spawnSync(program, args, { stdio: 'inherit' })
  if (error === undefined && status === 0) return
  throw new Error(`"${[program, ...args].join(' ')}" failed: ${error?.message ?? `exit code ${status}`}`)
}
