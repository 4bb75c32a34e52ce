/** `understudy import` as a command: what it prints and writes, and its exit codes. */
import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { runUnderstudy } from '#test/child.ts'
import { TempFolder } from '#test/temp-folder.ts'

const SCRIPT = `PRIMARY_IP=203.0.113.1
BACKUP_IP=203.0.113.2
HOSTNAME=www.example.com
TTL=60
while true; do
  curl -f --max-time 5 -H "Host: $HOSTNAME" http://$PRIMARY_IP/health && update "$PRIMARY_IP" || update "$BACKUP_IP"
  sleep 30
done
update() { nsupdate; }
`

describe('understudy import', { concurrency: true }, () => {
  it('prints the zone, and the report beside it', async () => {
    await using folder = await TempFolder.open()
    await folder.file('failover.sh', SCRIPT)
    const { code, stdout, stderr } = await runUnderstudy(['import', 'script', 'failover.sh'], {
      cwd: folder.path,
    })
    assert.equal(code, 0, stderr)
    assert.match(stdout, /^zone: example\.com$/m)
    assert.match(stderr, /0 lost, \d changed/)
    assert.deepEqual(await readdir(folder.path), ['failover.sh'])
  })

  it('writes files that check finds good, and never over one', async () => {
    await using folder = await TempFolder.open()
    await folder.file('failover.sh', SCRIPT)
    const args = ['import', 'script', 'failover.sh', '--out', 'zones/']
    const first = await runUnderstudy(args, { cwd: folder.path })
    assert.deepEqual([first.code, first.stdout], [0, ''], first.stderr)
    assert.deepEqual(await readdir(join(folder.path, 'zones')), ['example.com.yaml'])
    assert.equal((await runUnderstudy(['check', 'zones'], { cwd: folder.path })).code, 0)
    const before = await readFile(join(folder.path, 'zones/example.com.yaml'), 'utf8')
    await folder.file('failover.sh', SCRIPT.replace('203.0.113.1', '203.0.113.9'))
    const second = await runUnderstudy(args, { cwd: folder.path })
    assert.equal(second.code, 1)
    assert.match(second.stderr, /example\.com\.yaml is there already/)
    assert.equal(await readFile(join(folder.path, 'zones/example.com.yaml'), 'utf8'), before)
  })

  it('takes another zone', async () => {
    await using folder = await TempFolder.open()
    await folder.file('failover.sh', SCRIPT)
    const run = (zone: string): ReturnType<typeof runUnderstudy> =>
      runUnderstudy(['import', 'script', 'failover.sh', '--zone', zone], { cwd: folder.path })
    const { code, stdout } = await run('www.example.com')
    assert.equal(code, 0)
    assert.match(stdout, /^names:\n {2}"@":$/m)
    const other = await run('example.net')
    assert.deepEqual([other.code, other.stdout], [1, ''])
    assert.match(other.stderr, /outside of the zone/)
  })

  it('exits 1 where something is lost, and 1 without a file where something is wrong', async () => {
    await using folder = await TempFolder.open()
    await folder.file('mails.sh', `${SCRIPT}mail -s failover ops@example.com\n`)
    await folder.file('wrong.sh', SCRIPT.replace('203.0.113.1', '203.0.113.300'))
    const mails = await runUnderstudy(['import', 'script', 'mails.sh'], { cwd: folder.path })
    assert.equal(mails.code, 1)
    assert.match(mails.stdout, /^zone: /m)
    const wrong = await runUnderstudy(['import', 'script', 'wrong.sh', '--out', 'zones'], {
      cwd: folder.path,
    })
    assert.equal(wrong.code, 1)
    assert.match(wrong.stderr, /^wrong\.sh:1:1: "203\.0\.113\.300" is not an IPv4 or IPv6 address$/m)
    assert.deepEqual(await readdir(folder.path), ['mails.sh', 'wrong.sh'])
    const missing = await runUnderstudy(['import', 'script', 'missing.sh'], { cwd: folder.path })
    assert.equal(missing.code, 1)
    assert.match(missing.stderr, /^missing\.sh: no such file$/m)
  })

  for (const args of [['script'], ['shell', 'failover.sh'], ['script', 'a', '--zone', 'a..b']]) {
    it(`${args.join(' ')} is no command line: exit code 2`, async () => {
      assert.equal((await runUnderstudy(['import', ...args])).code, 2)
    })
  }
})
