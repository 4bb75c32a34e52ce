/** A real Prometheus: it takes the rules, asks a real server, and raises the alarm when the primary dies. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { stringify } from 'yaml'
import { Child, ROOT_FOLDER } from '#test/child.ts'
import { dashboardExpressions, RULES_FILE, type RuleFile, readDashboard, readRules } from '#test/deployed.ts'
import { ServerProcess } from '#test/server-process.ts'
import { TempFolder } from '#test/temp-folder.ts'
import { WebServer } from '#test/web-server.ts'
import { freePort } from '../../bench/ports.ts'

const run = promisify(execFile)
const PRIMARY = '127.0.0.1'
const BACKUP = '127.0.0.2'
const PATIENCE_MS = 30_000

interface Alert {
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  readonly state: string
}

describe('promtool', () => {
  it('takes the rules', async () => {
    const { stdout } = await run('promtool', ['check', 'rules', '--lint-fatal', RULES_FILE])
    assert.match(stdout, /SUCCESS: \d+ rules found/)
  })

  it('sees each rule fire when it should, and not before', async () => {
    const tests = `${ROOT_FOLDER}deploy/prometheus/alerts.test.yaml`
    const { stdout } = await run('promtool', ['test', 'rules', tests], { timeout: 60_000 })
    assert.match(stdout, /SUCCESS/)
  })
})

describe('Prometheus', { timeout: 120_000 }, () => {
  it('alerts when the primary dies, when all are down, and no longer when they are back', async () => {
    await using backup = await WebServer.start(BACKUP)
    await using primary = await WebServer.start(PRIMARY, backup.port)
    await using server = await ServerProcess.start({ zones: { 'prom.test.yaml': zone(backup.port) } })
    await using prometheus = await Prometheus.start(new URL(server.adminUrl).host, inHaste(readRules()))
    await prometheus.until(
      'the server is scraped',
      async () => (await prometheus.query('up == 1')).length > 0,
    )
    await server.log(({ msg }) => msg.startsWith('prom.test/www/primary ') && msg.includes('-> up'))
    for (const expression of dashboardExpressions(readDashboard())) await prometheus.query(expression)
    assert.deepEqual(await prometheus.firing(), [])

    await primary.stop()
    await prometheus.untilFiring('UnderstudyEndpointDown', 'UnderstudyFailedOver')
    const [failedOver] = (await prometheus.alerts()).filter(
      ({ labels }) => labels['alertname'] === 'UnderstudyFailedOver',
    )
    assert.match(failedOver?.annotations['summary'] ?? '', /^prom\.test\/www \(ipv4\) has not been served/)

    await backup.stop()
    await prometheus.untilFiring('UnderstudyEndpointDown', 'UnderstudyPoolAllDown')

    await Promise.all([primary.start(), backup.start()])
    await prometheus.untilFiring()
  })

  it('alerts when a node does not answer it', async () => {
    const silent = `127.0.0.1:${await freePort()}`
    await using prometheus = await Prometheus.start(silent, inHaste(readRules()))
    await prometheus.untilFiring('UnderstudyDown')
  })
})

/** The rules as they are, but without waiting; those that count events of an hour would fire for the whole test. */
function inHaste({ groups }: RuleFile): RuleFile {
  return {
    groups: groups.map(({ name, rules }) => ({
      name,
      rules: rules.filter(rule => !rule.expr.includes('[1h]')).map(rule => ({ ...rule, for: '1s' })),
    })),
  }
}

function zone(port: number): string {
  return `zone: prom.test
nameservers: { ns1: 127.0.0.1 }
checks:
  web: { type: http, port: ${port}, path: /health, interval: 400ms, fast-interval: 100ms, timeout: 200ms, fall: 3, rise: 2 }
names:
  www: { failover: [${PRIMARY}, ${BACKUP}], check: web, ttl: 30s, ttl-min: 1s }
`
}

class Prometheus implements AsyncDisposable {
  readonly #child: Child
  readonly #folder: TempFolder
  readonly #url: string

  private constructor(child: Child, folder: TempFolder, url: string) {
    this.#child = child
    this.#folder = folder
    this.#url = url
  }

  /** Asks the target, and evaluates the rules, each second. Resolves when it answers. */
  static async start(target: string, rules: RuleFile): Promise<Prometheus> {
    const folder = await TempFolder.open()
    await folder.file('rules.yaml', stringify(rules))
    const job = { job_name: 'understudy', static_configs: [{ targets: [target] }] }
    const global = { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' }
    const config = { global, rule_files: ['rules.yaml'], scrape_configs: [job] }
    const file = await folder.file('prometheus.yml', stringify(config))
    const listen = `127.0.0.1:${await freePort()}`
    const child = new Child([
      'prometheus',
      `--config.file=${file}`,
      `--storage.tsdb.path=${folder.path}/data`,
      `--web.listen-address=${listen}`,
    ])
    const prometheus = new Prometheus(child, folder, `http://${listen}`)
    try {
      await child.stderr.find(line => line.includes('Server is ready to receive web requests'))
    } catch (error) {
      await prometheus[Symbol.asyncDispose]()
      throw error
    }
    return prometheus
  }

  /** The samples that an expression gives now. Rejects, with what is wrong, for one that is none. */
  async query(expression: string): Promise<readonly unknown[]> {
    const { result } = await this.#get<{ result: unknown[] }>(`query?query=${encodeURIComponent(expression)}`)
    return result
  }

  async alerts(): Promise<readonly Alert[]> {
    return (await this.#get<{ alerts: Alert[] }>('alerts')).alerts
  }

  /** Names, sorted, each once. */
  async firing(): Promise<string[]> {
    const firing = (await this.alerts()).filter(({ state }) => state === 'firing')
    return [...new Set(firing.map(({ labels }) => labels['alertname'] ?? ''))].sort()
  }

  /** Resolves once these alerts fire and no others. */
  async untilFiring(...names: readonly string[]): Promise<void> {
    const wanted = names.toSorted().join(' ')
    await this.until(`firing: ${wanted}`, async () => (await this.firing()).join(' ') === wanted)
  }

  /** Prometheus tells nobody when something has changed: it is asked until it has. */
  async until(what: string, holds: () => Promise<boolean>): Promise<void> {
    const endMs = performance.now() + PATIENCE_MS
    while (!(await holds())) {
      if (performance.now() > endMs)
        assert.fail(`not in time: ${what}; firing are: ${(await this.firing()).join(' ') || 'none'}`)
      await delay(100)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#child[Symbol.asyncDispose]()
    await this.#folder[Symbol.asyncDispose]()
  }

  async #get<T>(path: string): Promise<T> {
    const response = await fetch(`${this.#url}/api/v1/${path}`)
    const body = (await response.json()) as { status: string; error?: string; data: T }
    assert.equal(body.status, 'success', `${path}: ${body.error}`)
    return body.data
  }
}
