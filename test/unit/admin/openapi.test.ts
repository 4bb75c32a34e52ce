/** The OpenAPI document is of what is there, and what is answered is as it says. */
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { describe, it } from 'node:test'
import * as answers from '#admin/answers.ts'
import { HISTORY, NO_REPORTS, POOL, type Started, started, world } from './helpers.ts'

interface Document {
  readonly openapi: string
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, object>> }
}

interface Operation {
  readonly summary: string
  readonly operationId: string
  readonly security?: readonly unknown[]
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: object }[]
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: object }>> }
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema: object }>> }>
  >
}

interface Validator {
  addSchema(schema: object, key: string): unknown
  compile(schema: object): ((data: unknown) => boolean) & { readonly errors?: unknown }
}

/** The one that fastify brings along. */
const { default: Ajv } = createRequire(import.meta.resolve('fastify'))('ajv/dist/2020.js') as {
  readonly default: new (options: object) => Validator
}

async function documentOf(it: Started): Promise<Document> {
  return JSON.parse((await it.ask('/api/v1/openapi.json')).body) as Document
}

/** A validator in which `#/components/schemas/…` are found. */
function validatorOf(document: Document): (schema: object, data: unknown) => void {
  const ajv = new Ajv({ strict: false, validateFormats: false })
  ajv.addSchema({ $id: 'openapi:', components: document.components }, 'openapi:')
  const absolute = (schema: object): object =>
    JSON.parse(JSON.stringify(schema).replaceAll('"#/components', '"openapi:#/components')) as object
  return (schema, data) => {
    const check = ajv.compile(absolute(schema))
    assert.ok(check(data), JSON.stringify([check.errors, data]))
  }
}

describe('/api/v1/openapi.json', () => {
  it('has every path that is answered, with what can be asked of it', async () => {
    await using server = await started(world(), undefined, NO_REPORTS)
    const { openapi, paths } = await documentOf(server)
    assert.equal(openapi, '3.1.0')
    const operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
    )
    for (const { path, method, operation } of operations) {
      const asked = path.replace(/\{\w+\}/g, 'x')
      // That one never ends.
      if (path !== '/api/v1/events') {
        const { status, body } = await server.ask(asked, {}, method.toUpperCase())
        assert.ok(status !== 404 || !body.includes('nothing here answers'), `${method} ${path}`)
      }
      const inPath = (operation.parameters ?? []).filter(one => one.in === 'path').map(({ name }) => name)
      assert.deepEqual(
        inPath,
        [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name),
        path,
      )
      assert.notEqual(operation.summary, '')
    }
    const ids = operations.map(({ operation }) => operation.operationId)
    assert.equal(new Set(ids).size, ids.length)
    const open = operations.filter(({ operation }) => operation.security?.length === 0)
    const openPaths = open.map(({ path }) => path).filter(path => !path.startsWith('/page/'))
    assert.deepEqual(openPaths.sort(), [
      '/',
      '/api/v1/heartbeats/{zone}/{pool}/{endpoint}',
      '/livez',
      '/readyz',
    ])
  })

  it('describes what is answered: JSON and problems', async () => {
    await using server = await started(world())
    const document = await documentOf(server)
    const validate = validatorOf(document)
    for (const [path, asked] of [
      ['/api/v1/server', '/api/v1/server'],
      ['/api/v1/pools', '/api/v1/pools'],
      ['/api/v1/pools/{zone}/{pool}', `/api/v1/pools/${encodeURIComponent(POOL.zone)}/${POOL.pool}`],
      ['/api/v1/pools/{zone}/{pool}', '/api/v1/pools/a/b'],
      ['/api/v1/overrides', '/api/v1/overrides'],
      ['/api/v1/transitions', '/api/v1/transitions'],
      ['/api/v1/transitions', '/api/v1/transitions?limit=0'],
      ['/api/v1/audit', '/api/v1/audit'],
      ['/api/v1/alerts', '/api/v1/alerts'],
      ['/api/v1/probe-history', '/api/v1/probe-history?check=web'],
      ['/api/v1/probe-history', '/api/v1/probe-history?check=wep'],
      ['/api/v1/openapi.json', '/api/v1/openapi.json'],
    ] as const) {
      const { status, body, headers } = await server.ask(asked)
      const type = String(headers['content-type']).split(';')[0] ?? ''
      const schema = document.paths[path]?.['get']?.responses[status]?.content?.[type]?.schema
      assert.ok(schema !== undefined, `${asked}: ${status} ${type}`)
      validate(schema, JSON.parse(body))
    }
    assert.throws(() => validate({ $ref: '#/components/schemas/Pool' }, { zone: 'a.test' }))
  })

  it('leaves out nothing of the views', () => {
    for (const schema of [answers.poolAnswer]) assert.deepEqual(schema.parse(POOL), POOL)
    assert.deepEqual(answers.probeHistoryPage.parse(HISTORY), HISTORY)
    assert.deepEqual(answers.serverAnswer.parse(world().server()), world().server())
  })

  it('describes what is asked, as it is checked', async () => {
    await using server = await started(world())
    const document = await documentOf(server)
    const validate = validatorOf(document)
    const post = document.paths['/api/v1/overrides']?.['post']
    const schema = post?.requestBody?.content['application/json']?.schema
    assert.ok(schema !== undefined)
    const good = { kind: 'drain', target: 'www/primary', for: '30m' }
    const bad = [
      { ...good, kind: 'dran' },
      { ...good, why: 'x' },
      { kind: 'drain' },
      [],
      { ...good, force: 1 },
    ]
    const send = async (body: unknown): Promise<number> => {
      const headers = { 'content-type': 'application/json' }
      return (await server.ask('/api/v1/overrides', headers, 'POST', JSON.stringify(body))).status
    }
    validate(schema, good)
    assert.equal(await send(good), 404)
    for (const body of bad) {
      assert.throws(() => validate(schema, body))
      assert.equal(await send(body), 400)
    }
    const query = document.paths['/api/v1/reload']?.['post']?.parameters?.map(({ name }) => name)
    assert.deepEqual(query, ['dry-run', 'reason', 'author'])
  })
})
