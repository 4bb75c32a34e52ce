/** Changes are kept with who made them; a reload tells what it changed, or all that is wrong. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { OperatorActions } from '#admin/operations.ts'
import { makeToken, parseTokenHash } from '#config/token-hash.ts'
import type { Reloaded } from '#control/reloader.ts'
import {
  audit,
  NO_ACTIONS,
  NO_RELOADING,
  OPEN_ACCESS,
  type Remembered,
  type Started,
  started,
  world,
} from './helpers.ts'

const JSON_TYPE = { 'content-type': 'application/json' }
const { token: secret, hash } = await makeToken()
const read = parseTokenHash(hash)
assert.ok('hash' in read)
const ALICE = { name: 'alice', role: 'operate', hash: read.hash } as const
const BEARER = { authorization: `Bearer ${secret}` }

/** Takes everything, and remembers for whom. */
function willing(authors: string[]): OperatorActions {
  const done = (author: string) => {
    authors.push(author)
    return Promise.resolve({ done: 'done so', answers: [] })
  }
  return {
    ...NO_ACTIONS,
    override: ({ author }) => done(author),
    release: (_, author) => done(author),
    forceBack: (_, { author }) => done(author),
  }
}

interface Stage extends AsyncDisposable {
  readonly server: Started
  readonly kept: Remembered['entries']
  readonly authors: string[]
}

async function stage(tokens: readonly (typeof ALICE)[], reloading = NO_RELOADING): Promise<Stage> {
  const trail = audit()
  const authors: string[] = []
  const settings = { ...OPEN_ACCESS, tokens }
  const actions = willing(authors)
  const server = await started(world(), undefined, undefined, () => settings, {
    audit: trail,
    actions,
    reloading,
  })
  return { server, kept: trail.entries, authors, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() }
}

const drain = { kind: 'drain', target: 'www/a', for: '1m', reason: 'disks', author: 'mallory' }

describe('the audit', () => {
  it("has the token's name, and what the body says only beside it", async () => {
    await using it = await stage([ALICE])
    const { status } = await it.server.ask(
      '/api/v1/overrides',
      { ...BEARER, ...JSON_TYPE },
      'POST',
      JSON.stringify(drain),
    )
    assert.equal(status, 200)
    const who = { actor: 'alice', client: '127.0.0.1', claim: 'mallory' }
    const [entry] = it.kept
    assert.deepEqual(entry, {
      ...who,
      action: 'override',
      target: 'www/a',
      reason: 'disks',
      result: 'done',
      detail: 'done so',
    })
    await it.server.ask('/api/v1/overrides?target=www/a&author=mallory', BEARER, 'DELETE')
    const forced = JSON.stringify({ force: true, for: '1m', author: 'mallory' })
    await it.server.ask('/api/v1/pools/a.test/www/failback', { ...BEARER, ...JSON_TYPE }, 'POST', forced)
    assert.deepEqual(it.authors, ['alice', 'alice', 'alice'])
    assert.deepEqual(
      it.kept.map(({ action, target }) => `${action} ${target}`),
      ['override www/a', 'release www/a', 'force-failback a.test/www'],
    )
    const { body } = await it.server.ask('/api/v1/audit?since=1h&limit=10', BEARER)
    assert.equal((JSON.parse(body) as { audit: unknown[] }).audit.length, 3)
  })

  it('has loopback where there are no tokens, and the author as the body says', async () => {
    await using it = await stage([])
    await it.server.ask('/api/v1/overrides', JSON_TYPE, 'POST', JSON.stringify(drain))
    assert.deepEqual(it.authors, ['mallory'])
    assert.deepEqual([it.kept[0]?.actor, it.kept[0]?.claim], ['loopback', 'mallory'])
  })

  it('has what was refused and what has failed, and nothing of what was no change', async () => {
    await using it = await stage([])
    await it.server.ask('/api/v1/pools/a.test/www/failback', {}, 'POST')
    await it.server.ask('/api/v1/overrides', JSON_TYPE, 'POST', '{}')
    await it.server.ask('/api/v1/reload?dry-run=true', {}, 'POST')
    const { status } = await it.server.ask('/api/v1/reload?reason=new%20zone', {}, 'POST')
    assert.equal(status, 503)
    assert.deepEqual(
      it.kept.map(({ action, result, reason, detail }) => `${action} ${result}: ${detail}; ${reason}`),
      [
        'failback refused: the disk of a.test/www is full; ',
        'reload refused: not reloaded: nothing can be read; new zone',
      ],
    )
  })

  it('takes no target and no name that could forge a line', async () => {
    await using it = await stage([])
    for (const path of ['/api/v1/pools/a%0ab/www/failback', '/api/v1/pools/a/w%E2%80%AEw/failback']) {
      const { status, body } = await it.server.ask(path, {}, 'POST')
      assert.equal(status, 400)
      assert.match((JSON.parse(body) as { detail: string }).detail, /^params\.(zone|pool): has characters/)
    }
    const forged = JSON.stringify({ ...drain, target: 'www/a\u2028alice from ::1' })
    assert.equal((await it.server.ask('/api/v1/overrides', JSON_TYPE, 'POST', forged)).status, 400)
    assert.deepEqual(it.kept, [])
  })
})

const NONE = { added: [], removed: [], changed: [] }
const DIFFERENCE = {
  zones: { ...NONE, added: ['b.test'] },
  pools: NONE,
  names: NONE,
  checks: NONE,
  settings: [],
  restart: [],
}
const COMPLAINT = {
  severity: 'error',
  file: 'a.yaml',
  line: 3,
  column: 8,
  message: 'names: is wrong',
} as const

describe('POST /api/v1/reload', () => {
  const asked: string[] = []
  const answering = (reloaded: Reloaded) => ({
    reload: () => {
      asked.push('reload')
      return Promise.resolve(reloaded)
    },
    preview: () => {
      asked.push('preview')
      return Promise.resolve(reloaded)
    },
  })

  it('answers with the difference, and changes nothing when it is only asked', async () => {
    await using it = await stage([], answering({ done: true, complaints: [], difference: DIFFERENCE }))
    for (const dryRun of [true, false]) {
      const { status, body } = await it.server.ask(`/api/v1/reload?dry-run=${dryRun}`, {}, 'POST')
      assert.deepEqual([status, JSON.parse(body)], [200, { dryRun, complaints: [], difference: DIFFERENCE }])
    }
    assert.deepEqual(asked.splice(0), ['preview', 'reload'])
    assert.deepEqual(
      it.kept.map(({ detail }) => detail),
      ['reloaded: zones +1 -0 ~0, pools +0 -0 ~0, names +0 -0 ~0, checks +0 -0 ~0'],
    )
    const bad = await it.server.ask('/api/v1/reload?dry-run=yes', {}, 'POST')
    assert.match(bad.body, /query\.dry-run/)
    assert.deepEqual(asked, [])
  })

  it('answers with all complaints as data where anything is wrong', async () => {
    await using it = await stage([], answering({ done: false, complaints: [COMPLAINT] }))
    const { status, body, headers } = await it.server.ask('/api/v1/reload', {}, 'POST')
    assert.equal(status, 422)
    assert.equal(headers['content-type'], 'application/problem+json')
    const { detail, complaints } = JSON.parse(body) as { detail: string; complaints: unknown }
    assert.equal(detail, 'the configuration has 1 error; the one before stays in force')
    assert.deepEqual(complaints, [COMPLAINT])
    assert.equal(it.kept[0]?.result, 'refused')
  })
})
