/** What may stand at the cursor: commands, options, and the names of a real server; and bash, where it is there, typed into. */
import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { wordsOf } from '#cli/line-words.ts'
import { runUnderstudy } from '#test/child.ts'
import { hasPseudoTerminals } from '#test/pseudo-terminal.ts'
import { ServerProcess } from '#test/server-process.ts'
import { CompletingShells, hasShell } from '#test/shells.ts'

const ZONE = `zone: a.test
nameservers: { ns1: 192.0.2.53 }
checks:
  # Nothing is judged while the test runs, however long that takes.
  web: { type: http, port: 9, interval: 1h, fast-interval: 1h, timeout: 1s }
  port: { type: tcp, port: 9, interval: 1h, fast-interval: 1h, timeout: 1s }
  both: { type: all, checks: [web, port] }
pools:
  www: { check: both, endpoints: [{ name: primary, address: 192.0.2.1 }, { name: backup, address: "2001:db8::2" }] }
  mail: { endpoints: [{ name: mx, address: 192.0.2.3 }] }
names:
  www: { pool: www }
  "a$b": { pool: mail }
  "*": { pool: mail }
`
const ALERTS = 'alerts: [{ name: on-call, type: webhook, url: "http://127.0.0.1:9" }]'
const LIMIT = { timeout: 60_000 }

let server: ServerProcess
before(async () => {
  server = await ServerProcess.start({ zones: { 'a.test.yaml': ZONE }, settings: ALERTS })
})
after(() => server[Symbol.asyncDispose]())

async function offered(line: string): Promise<string[]> {
  const { stdout, stderr, code } = await runUnderstudy(['complete', '--line', line])
  assert.deepEqual([code, stderr], [0, ''], line)
  return stdout === '' ? [] : stdout.split('\n')
}

async function values(line: string): Promise<(string | undefined)[]> {
  return (await offered(line)).map(one => one.split('\t')[0])
}

describe('a line is split as a shell does it', () => {
  const cases: Readonly<Record<string, readonly string[]>> = {
    '': [''],
    'understudy ': ['understudy', ''],
    'understudy  drain\twww': ['understudy', 'drain', 'www'],
    'a "b c" d': ['a', 'b c', 'd'],
    "a 'b \\ c' \"d": ['a', 'b \\ c', 'd'],
    'a b\\ c\\" ': ['a', 'b c"', ''],
    'a "x\\"y"z': ['a', 'x"yz'],
    'a --reason=new\\ disks ': ['a', '--reason=new disks', ''],
  }
  for (const [line, words] of Object.entries(cases))
    it(JSON.stringify(line), () => assert.deepEqual(wordsOf(line), words))
})

describe('understudy complete offers', LIMIT, () => {
  it('commands, with what they do, and not itself', async () => {
    assert.deepEqual(await values('understudy dr'), ['drain', 'drill'])
    assert.match((await offered('understudy drain'))[0] ?? '', /^drain\ttake an endpoint out of service/)
    const all = await values('understudy ')
    assert.ok(all.includes('status') && all.includes('help') && !all.includes('complete'))
  })

  it('the options of a command, and their values', async () => {
    assert.deepEqual(await values('understudy drain --f'), ['--for', '--force'])
    assert.deepEqual(await values('understudy drain www/primary --for 1'), ['10m', '1h'])
    assert.deepEqual(await values('understudy drain --for=3'), ['--for=30m'])
    assert.deepEqual(await values('understudy token alice --role '), ['read', 'operate'])
    assert.deepEqual(await values('understudy schema '), ['understudy', 'zone'])
    assert.deepEqual(await values('understudy status --reason'), [])
    assert.deepEqual(await values('understudy --v'), ['--version'])
    assert.deepEqual(await values('understudy alert t'), ['test'])
    assert.deepEqual(await values('understudy alert test --token'), ['--token-file'])
  })

  it('files and folders by the shell', async () => {
    assert.deepEqual(await offered('understudy check zo'), [':files'])
    assert.deepEqual(await offered('understudy serve --zones '), [':folders'])
    assert.deepEqual(await values('understudy import b'), ['bind'])
    assert.deepEqual(await offered('understudy import bind named.conf other.conf '), [':files'])
    assert.deepEqual(await offered('understudy import bind --out zo'), [':folders'])
    assert.deepEqual(await offered('understudy status --token-file=to'), [':files'])
    assert.deepEqual(await offered('understudy serve --listen 127.0.0.1:53 --listen 127.0.0.1:54 --c'), [
      '--config\tserver configuration (default: understudy.yaml, if there is one)',
    ])
  })

  it('the names of a running server', async () => {
    const at = `--server ${server.adminUrl}`
    assert.deepEqual(await offered(`understudy failback ${at} `), [
      'a.test/mail\tpool, failover: mx',
      'a.test/www\tpool, failover: primary, backup',
    ])
    assert.deepEqual(await values(`understudy drain ${at} a.test/w`), [
      'a.test/www/backup',
      'a.test/www/primary',
    ])
    assert.deepEqual(await values(`understudy pin --reason "a b" ${at} www/`), ['www/backup', 'www/primary'])
    assert.deepEqual(await values(`understudy force www/primary ${at} `), ['up', 'down'])
    assert.deepEqual(await values(`understudy release ${at} mail`), ['mail', 'mail/mx'])
    assert.deepEqual(await values(`understudy backtest ${at} `), ['a.test/port', 'a.test/web'])
    assert.deepEqual(await values(`understudy explain --server=${server.adminUrl} w`), ['www.a.test'])
    assert.deepEqual(await values(`understudy explain ${at} www.a.test AA`), ['AAAA'])
    assert.deepEqual(await values(`understudy history ${at} --since 1h a.test`), [
      'a.test',
      'a.test/mail',
      'a.test/www',
    ])
    assert.deepEqual(await values(`understudy status ${at} -- a.test/w`), ['a.test/www'])
    assert.deepEqual(await offered(`understudy alert test ${at} on`), ['on-call\twebhook'])
  })

  it('no name that a shell would take for something else', async () => {
    const all = await values(`understudy explain --server ${server.adminUrl} `)
    assert.deepEqual(all, ['www.a.test'])
  })

  it('nothing where there is nothing, or nobody to ask', async () => {
    assert.deepEqual(await offered('understudy drain --server http://127.0.0.1:9 '), [])
    assert.deepEqual(await offered('understudy drain --server nonsense '), [])
    assert.deepEqual(await offered('understudy drain --token-file /nowhere '), [])
    assert.deepEqual(await offered('understudy frobnicate '), [])
    assert.deepEqual(await offered('understudy reload '), [])
    assert.deepEqual(await offered('understudy token --role=operate '), [])
  })

  it('what one of two servers knows', async () => {
    const two = `--server http://127.0.0.1:9 --server ${server.adminUrl}`
    assert.deepEqual(await values(`understudy failback ${two} a.test/w`), ['a.test/www'])
  })

  it('nothing, soon, where a server does not answer', async () => {
    await using mute = createServer().listen(0, '127.0.0.1')
    const bound = mute.address()
    const url = `http://127.0.0.1:${typeof bound === 'object' ? bound?.port : 0}`
    assert.deepEqual(await offered(`understudy drain --server ${url} `), [])
  })
})

const bash = hasShell('bash')
describe('bash', { skip: !bash && 'there is no bash', ...LIMIT }, () => {
  let shells: CompletingShells
  before(async () => {
    shells = await CompletingShells.open()
  })
  after(() => shells[Symbol.asyncDispose]())

  /** What the function of the script offers for the last word. */
  function reply(line: string): string[] {
    const cur = /[^\s=:]*$/.exec(line)?.[0] ?? ''
    return shells.run(
      'bash',
      `source <(understudy completion bash)
COMP_LINE='${line}' COMP_POINT=${line.length} COMP_WORDS=(${line.replace(/[=:]/g, ' $& ')} ) COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
_understudy understudy '${cur}' ''
printf '%s\\n' "\${COMPREPLY[@]}"`,
    )
  }

  it('is offered commands, options and names by the function of the script', () => {
    assert.deepEqual(reply('understudy dr'), ['drain', 'drill'])
    assert.deepEqual(reply(`understudy drain --server ${server.adminUrl} www/`), [
      'www/backup',
      'www/primary',
    ])
    assert.deepEqual(reply('understudy drain --for=3'), ['30m'])
    assert.deepEqual(reply('understudy check .bash'), ['.bashrc'])
    assert.deepEqual(reply('understudy serve --zones b'), ['bin'])
  })

  it('completes what is typed', {
    skip: !hasPseudoTerminals && 'there is no script of util-linux',
  }, async () => {
    const at = `--server ${server.adminUrl}`
    assert.equal(await shells.tab('bash', 'understudy drai'), 'understudy drain ')
    assert.equal(
      await shells.tab('bash', `understudy drain ${at} www/p`),
      `understudy drain ${at} www/primary `,
    )
    assert.equal(await shells.tab('bash', 'understudy drain --for=30'), 'understudy drain --for=30m ')
    assert.equal(await shells.tab('bash', 'understudy check .bashr'), 'understudy check .bashrc ')
  })
})
