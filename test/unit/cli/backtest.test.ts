/** `understudy backtest` against a running server: what it prints, and how it ends. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { BacktestResult } from '#cli/backtest-result.ts'
import { runUnderstudy } from '#test/child.ts'
import { ServerProcess } from '#test/server-process.ts'
import { WebServer } from '#test/web-server.ts'

describe('understudy backtest', () => {
  const stack = new AsyncDisposableStack()
  let url = ''
  const backtest = (...args: string[]) => runUnderstudy(['backtest', ...args, '--server', url])

  before(async () => {
    const web = stack.use(await WebServer.start('127.0.0.1'))
    const zone = `zone: a.test
nameservers: { ns1: 192.0.2.53 }
checks:
  web: { type: http, port: ${web.port}, interval: 400ms, fast-interval: 100ms, timeout: 300ms, fall: 3, rise: 2 }
  beat: { type: heartbeat, interval: 60s }
pools:
  www: { check: web, endpoints: [{ name: primary, address: 127.0.0.1 }] }
  job: { check: beat, endpoints: [{ name: nightly, address: 127.0.0.1, token: { file: beat.token } }] }
names:
  www: { pool: www }
`
    const server = stack.use(
      await ServerProcess.start({
        zones: { 'a.test.yaml': zone, 'beat.token': '0123456789abcdef0123456789abcdef' },
      }),
    )
    url = server.adminUrl
    const became = (verdict: string) =>
      server.log(({ msg }) => msg.includes('primary') && msg.includes(`-> ${verdict}`))
    await became('up')
    web.behaviour = { status: 500 }
    await became('down')
  })
  after(() => stack.disposeAsync())

  it('prints a table, with what was done and what would have been', async () => {
    const { code, stdout, stderr } = await backtest('web', '--fall', '1')
    assert.equal(stderr, '')
    assert.equal(code, 0)
    assert.match(stdout, /^a\.test\/web: \d+ probes from .*Z; present > tried$/m)
    assert.match(
      stdout,
      /^ {2}present {2}interval 400ms, fast-interval 100ms, timeout 300ms, fall 3, rise 2$/m,
    )
    assert.match(stdout, /^ {2}tried {4}interval 400ms, fast-interval 100ms, timeout 300ms, fall 1, rise 2$/m)
    assert.match(stdout, /^a\.test\/www\/primary 127\.0\.0\.1 +1 > 1 +\d\.\ds > \d\.\ds /m)
    assert.match(stdout, /^sum +1 > 1 /m)
    assert.match(stdout, /^Resolution: /m)
  })

  it('prints JSON', async () => {
    const { code, stdout } = await backtest(
      'a.test/web',
      '--interval',
      '1h',
      '--fast-interval',
      '1h',
      '--json',
    )
    assert.equal(code, 0)
    const { sum, endpoints, other } = JSON.parse(stdout) as BacktestResult
    assert.deepEqual([sum.present.failovers, sum.other.failovers, sum.other.missed], [1, 0, 1])
    assert.deepEqual([endpoints.length, other.intervalMs], [1, 3_600_000])
  })

  for (const [args, expected] of [
    [['web'], /^2 understudy: say what is to be tried/],
    [['web', '--fall', '0'], /^2 understudy: --fall: no number from 1 to 100/],
    [['web', '--interval', '5'], /^2 understudy: --interval: no duration such as 5s/],
    [['web', '--fall', '2', '--server', 'http://127.0.0.1:1'], /^2 understudy: .* say --server once/],
    [['web', '--fall', '2', '--short', 'x'], /^2 understudy: --short: no duration/],
    [['web', '--timeout', '1s'], /^1 understudy: timeout 1s is not shorter than interval 400ms/],
    [['web', '--fast-interval', '1s'], /^1 understudy: fast-interval 1s is longer than interval 400ms/],
    [['beat', '--fall', '2'], /^1 understudy: nothing is stored of the probes of beat since 7d/],
    [
      ['wep', '--fall', '2'],
      /^1 understudy: no pool has a check wep; there are: a\.test\/web, a\.test\/beat/,
    ],
    [['web', '--fall', '2', '--since', 'then'], /^1 understudy: query\.since: neither a duration/],
  ] as const) {
    it(`${args.join(' ')} is refused`, async () => {
      const { code, stdout, stderr } = await backtest(...args)
      assert.equal(stdout, '')
      assert.match(`${code} ${stderr}`, expected)
    })
  }
})
