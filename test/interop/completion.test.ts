/** zsh and fish complete commands, options, files and the names of a running server. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { ServerProcess } from '#test/server-process.ts'
import { CompletingShells } from '#test/shells.ts'

const ZONE = `zone: a.test
nameservers: { ns1: 192.0.2.53 }
pools:
  www: { endpoints: [{ name: primary, address: 192.0.2.1 }, { name: backup, address: 192.0.2.2 }] }
names:
  www: { pool: www }
`

let server: ServerProcess
let shells: CompletingShells
let at: string
before(async () => {
  server = await ServerProcess.start({ zones: { 'a.test.yaml': ZONE } })
  shells = await CompletingShells.open()
  at = `--server ${server.adminUrl}`
})
after(async () => {
  await shells[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
})

describe('zsh', { timeout: 120_000 }, () => {
  const tab = (line: string): Promise<string> => shells.tab('zsh', line)

  it('completes a command', async () => {
    assert.equal(await tab('understudy drai'), 'understudy drain ')
  })
  it('completes an option and its value', async () => {
    assert.equal(await tab('understudy drain --vol'), 'understudy drain --volatile ')
    assert.equal(await tab('understudy drain --for=30'), 'understudy drain --for=30m ')
  })
  it('completes names of the server', async () => {
    assert.equal(await tab(`understudy drain ${at} www/p`), `understudy drain ${at} www/primary `)
    assert.equal(await tab(`understudy explain ${at} `), `understudy explain ${at} www.a.test `)
  })
  it('completes files and folders', async () => {
    assert.equal(await tab('understudy check .zsh'), 'understudy check .zshrc ')
    assert.equal(await tab('understudy serve --zones=b'), 'understudy serve --zones=bin/')
  })
  it('takes the script as a file of fpath, too', () => {
    const lines = shells.run(
      'zsh',
      `mkdir -p functions && understudy completion zsh > functions/_understudy
fpath=($PWD/functions $fpath) && autoload -Uz compinit && compinit -u -D && print -r -- $_comps[understudy]`,
    )
    assert.deepEqual(lines, ['_understudy'])
  })
})

describe('fish', { timeout: 120_000 }, () => {
  const offered = (line: string): string[] =>
    shells.run('fish', `understudy completion fish | source; complete -C '${line}'`)

  it('offers commands, with what they do', () => {
    const lines = offered('understudy dra')
    assert.deepEqual(lines, ['drain\ttake an endpoint out of service while it is worked on'])
    assert.ok(offered('understudy ').some(line => line.startsWith('status\t')))
  })
  it('offers options and their values', () => {
    assert.deepEqual(offered('understudy drain --vol'), ['--volatile\tdo not store it: a restart forgets it'])
    assert.deepEqual(offered('understudy drain --for 30'), ['30m'])
    assert.deepEqual(offered('understudy drain --for=30'), ['--for=30m'])
  })
  it('offers names of the server', () => {
    assert.deepEqual(offered(`understudy drain ${at} www/`), ['www/backup\tup', 'www/primary\tup, served'])
  })
  it('offers files and folders, and none where there are other things', () => {
    assert.deepEqual(offered('understudy check .zsh'), ['.zshrc'])
    assert.deepEqual(offered('understudy serve --zones=b'), ['--zones=bin/'])
    assert.deepEqual(offered('understudy drain --server http://127.0.0.1:9 .zsh'), [])
  })
})
