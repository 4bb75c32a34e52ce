/** `understudy check`: what it says and its exit codes. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Finished, runUnderstudy } from '#test/child.ts'
import { TempFolder } from '#test/temp-folder.ts'

const MASTER = '$TTL 60\n@ SOA ns1 hostmaster 7 7200 900 1209600 300\n@ NS ns1\nns1 A 192.0.2.53\n'
const MANAGED = `zone: lb.example.com
nameservers: { ns1: 192.0.2.53 }
names:
  www:
    failover: [203.0.113.1, 203.0.113.2]
    check: https://www.example.com/health
`

/** Runs `check ARGS` in a folder with these files. */
async function check(files: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<Finished> {
  await using folder = await TempFolder.open()
  for (const [name, text] of Object.entries(files)) await folder.file(name, text)
  return await runUnderstudy(['check', ...args], { cwd: folder.path })
}

describe('understudy check', { concurrency: true }, () => {
  it('finds a good folder good and tells the worst-case failover time', async () => {
    const files = { 'zones/example.org.zone': MASTER, 'zones/lb.example.com.yaml': MANAGED }
    const { code, stdout, stderr } = await check(files, 'zones')
    assert.equal(stderr, '')
    assert.equal(code, 0)
    assert.match(stdout, /^example\.org \(zones\/example\.org\.zone\): 3 records, serial 7$/m)
    assert.match(
      stdout,
      /^ {2}www\.lb\.example\.com: failover primary > backup; failover within 5\d(\.\d+)?s at worst /m,
    )
    assert.match(stdout, /^good: no complaints$/m)
  })

  it('tells the worst case of what reports in by its own parts', async () => {
    const beat = 'checks: { beat: { type: heartbeat, interval: 30s, fall: 2, token: { file: token } } }\n'
    const files = {
      'zones/lb.example.com.yaml': `${MANAGED.replace(/check: .*/, 'check: beat')}${beat}`,
      'zones/token': 'correct-horse-battery-staple',
    }
    const { code, stdout, stderr } = await check(files, 'zones')
    assert.deepEqual([code, stderr], [0, ''])
    const parts = 'interval 30s + grace 15s + confirming 45s + TTL 30s'
    assert.ok(stdout.includes(`failover within 2m at worst (${parts})`), stdout)
  })

  it('reads zones/ of the working folder when nothing is named', async () => {
    const { code, stdout } = await check({ 'zones/lb.example.com.yaml': MANAGED })
    assert.equal(code, 0)
    assert.match(stdout, /lb\.example\.com/)
  })

  it('reads a single zone', async () => {
    assert.equal((await check({ 'example.org.zone': MASTER }, 'example.org.zone')).code, 0)
    assert.equal((await check({ 'lb.yaml': MANAGED }, 'lb.yaml')).code, 0)
  })

  it('shows all complaints with file, line, column and the line itself, and exits 1', async () => {
    const files = {
      'zones/example.org.zone': `${MASTER}www A 192.0.2.300\n`,
      'zones/lb.example.com.yaml': MANAGED.replace('check:', 'chek:'),
    }
    const { code, stdout, stderr } = await check(files, 'zones')
    assert.equal(code, 1)
    assert.match(
      stderr,
      /^zones\/example\.org\.zone:5:7: .*192\.0\.2\.300.*\n {2}www A 192\.0\.2\.300\n {8}\^$/m,
    )
    assert.match(stderr, /^zones\/lb\.example\.com\.yaml:6:5: .*chek.*check/m)
    assert.match(stdout, /^wrong: 2 errors/m)
  })

  it('shows warnings and exits 0', async () => {
    const { code, stdout, stderr } = await check(
      { 'zones/example.org.zone': `${MASTER}other.example. A 192.0.2.1\n` },
      'zones',
    )
    assert.equal(code, 0)
    assert.match(stderr, /^zones\/example\.org\.zone:5:\d+: warning: /m)
    assert.match(stdout, /^good: 1 warning$/m)
  })

  it('exits 1 where there is nothing to check', async () => {
    const { code, stderr } = await check({}, 'nowhere')
    assert.equal(code, 1)
    assert.match(stderr, /^nowhere: /m)
  })
})
