/** Steady load by dnsperf, UDP and TCP, while the endpoints change: every query is answered. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { describe, it } from 'node:test'
import { promisify } from 'node:util'
import { ServerProcess } from '#test/server-process.ts'
import { WebServer } from '#test/web-server.ts'

const run = promisify(execFile)

const PRIMARY = '127.0.0.1'
const BACKUP = '127.0.0.2'
const SECONDS = 3
const QUERIES = ['www A', 'www AAAA', 'ns1 A', 'nothing A', '@ SOA', '@ NS', 'www TXT']

function zone(port: number): string {
  return `zone: load.test
nameservers: { ns1: 127.0.0.1 }
checks:
  web: { type: http, port: ${port}, interval: 300ms, fast-interval: 100ms, timeout: 150ms, fall: 2, rise: 1 }
names:
  www: { failover: [${PRIMARY}, ${BACKUP}], check: web, ttl: 5s, ttl-min: 1s }
`
}

describe('under load', () => {
  for (const transport of ['udp', 'tcp'] as const) {
    it(`every query by ${transport} is answered, through failover, failback and reload`, {
      timeout: 60_000,
    }, async () => {
      await using backup = await WebServer.start(BACKUP)
      await using primary = await WebServer.start(PRIMARY, backup.port)
      await using server = await ServerProcess.start({ zones: { 'load.test.yaml': zone(backup.port) } })
      const queries = QUERIES.map(query =>
        query.replace(/^@/, 'load.test').replace(/^(\w+) /, '$1.load.test '),
      )
      const file = await server.folder.file('queries.txt', `${queries.join('\n')}\n`)
      const load = ['-s', '127.0.0.1', '-p', String(server.port), '-m', transport, '-d', file]
      const perf = run('dnsperf', [...load, '-l', String(SECONDS), '-Q', '2000', '-c', '4', '-t', '2'])
      await server.log(({ msg }) => msg.includes('backup 127.0.0.2: unknown -> up'))
      await primary.stop()
      await server.log(({ msg }) => msg.includes('primary -> backup'))
      await primary.start()
      await server.log(({ msg }) => msg.includes('backup -> primary'))
      server.kill('SIGHUP')
      await server.log(({ msg }) => msg === 'configuration reloaded')
      const { stdout } = await perf
      const count = (label: string): number => Number(new RegExp(`${label}:\\s+(\\d+)`).exec(stdout)?.[1])
      assert.equal(count('Queries lost'), 0, stdout)
      assert.equal(count('Queries completed'), count('Queries sent'), stdout)
      assert.ok(count('Queries sent') > 1000, stdout)
      assert.doesNotMatch(stdout, /SERVFAIL|REFUSED|FORMERR/)
    })
  }
})
