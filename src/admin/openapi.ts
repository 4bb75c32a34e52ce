/** The OpenAPI 3.1 document, made of the routes as they are registered: the same schemas check what comes in. */
import type { FastifyInstance, RouteOptions } from 'fastify'
import { z } from 'zod'
import { NAMED, problemAnswer } from './answers.ts'
import type { Documented } from './documented.ts'

type Json = Readonly<Record<string, unknown>>

interface Operation {
  readonly method: string
  /** As in `/api/v1/pools/{zone}/{pool}`. */
  readonly path: string
  readonly route: RouteOptions
}

const PROBLEM = { content: { 'application/problem+json': { schema: referenceTo(problemAnswer) } } }
const STATUS_WORDS: Readonly<Record<number, string>> = {
  400: 'a field is wrong, or the body is not JSON',
  401: 'there is no token, or a wrong one',
  403: 'the token has not the role, or a page of another origin asks',
  404: 'there is no such thing',
  409: 'refused, and why',
  413: 'the body is too large',
  415: 'the body is not said to be JSON',
  421: 'the server is asked by a name that is not its own',
  422: 'the configuration is wrong; with all complaints',
  429: 'too many wrong tokens, or too many at once',
  502: 'the receiver has not taken it',
  503: 'something that is needed does not work now',
}
const COMMON_PROBLEMS = [401, 403, 421, 429]
const HEARTBEAT_PATH = '/api/v1/heartbeats/{zone}/{pool}/{endpoint}'

/** Call it before any route is added. Adds the path of the document itself. */
export function addOpenApi(app: FastifyInstance, version: () => string): void {
  const operations: Operation[] = []
  app.addHook('onRoute', route => {
    const methods = [route.method].flat().filter(method => method !== 'HEAD')
    for (const method of methods)
      operations.push({ method: method.toLowerCase(), path: pathOf(route.url), route })
  })
  let made: Json | undefined
  app.get(
    '/api/v1/openapi.json',
    { config: { documented: { summary: 'This document', answer: z.looseObject({ openapi: z.string() }) } } },
    async () => {
      made ??= documentOf(operations, version())
      return made
    },
  )
}

function documentOf(operations: readonly Operation[], version: string): Json {
  const paths: Record<string, Record<string, Json>> = {}
  for (const operation of operations) {
    paths[operation.path] = { ...paths[operation.path], [operation.method]: describe(operation) }
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Understudy', version, summary: 'The admin listener of an authoritative DNS server' },
    paths,
    components: {
      schemas: namedSchemas(),
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
    },
    security: [{ token: [] }],
  }
}

function describe({ method, path, route }: Operation): Json {
  const { documented, access } = route.config ?? {}
  if (documented === undefined) throw new Error(`${method} ${path} is not documented`)
  const body = route.schema?.body as z.ZodType | undefined
  const parameters = parametersOf(path, route)
  const role = access ?? (method === 'get' ? 'read' : 'operate')
  return {
    summary: documented.summary,
    operationId: operationId(method, path),
    ...(role === 'open' ? { security: [] } : { description: `With tokens configured: role ${role}.` }),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: !body.safeParse(undefined).success,
            content: { 'application/json': { schema: schemaOf(body) } },
          },
        }),
    responses: { ...success(documented), ...problems(documented, body !== undefined, parameters.length > 0) },
  }
}

function success({ answer }: Documented): Json {
  if (answer === 'none') return { 204: { description: 'done' } }
  const content =
    typeof answer === 'string'
      ? { [answer]: { schema: { type: 'string' } } }
      : { 'application/json': { schema: NAMED.has(answer) ? referenceTo(answer) : schemaOf(answer) } }
  return { 200: { description: 'done', content } }
}

function problems({ problems = [] }: Documented, hasBody: boolean, hasFields: boolean): Json {
  const statuses = [
    ...(hasBody || hasFields ? [400] : []),
    ...(hasBody ? [413, 415] : []),
    ...COMMON_PROBLEMS,
    ...problems,
  ]
  return Object.fromEntries(
    statuses.map(status => [status, { description: STATUS_WORDS[status] ?? 'a problem', ...PROBLEM }]),
  )
}

function parametersOf(path: string, { schema }: RouteOptions): Json[] {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }))
  const query = schema?.querystring as z.ZodType | undefined
  if (query === undefined) return inPath
  const { properties = {}, required = [] } = schemaOf(query) as {
    readonly properties?: Readonly<Record<string, Json>>
    readonly required?: readonly string[]
  }
  const inQuery = Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema,
  }))
  return [...inPath, ...inQuery]
}

function referenceTo(schema: z.ZodType): Json {
  return { $ref: uriOf(NAMED.get(schema)?.id ?? '') }
}

function uriOf(id: string): string {
  return `#/components/schemas/${id}`
}

/** What is sent, not what becomes of it. */
function schemaOf(schema: z.ZodType): Json {
  return plain(z.toJSONSchema(schema, { io: 'input' }))
}

function namedSchemas(): Json {
  const { schemas } = z.toJSONSchema(NAMED, { io: 'input', uri: uriOf })
  return Object.fromEntries(Object.entries(schemas).map(([id, schema]) => [id, plain(schema)]))
}

/** OpenAPI 3.1 says for the whole document which dialect its schemas are in. */
function plain(schema: object): Json {
  const { $schema: _, $id: __, '~standard': ___, ...rest } = schema as Record<string, unknown>
  return rest
}

function pathOf(url: string): string {
  return url === '/api/v1/heartbeats/*' ? HEARTBEAT_PATH : url.replace(/:(\w+)/g, '{$1}')
}

/** `getApiV1PoolsZonePool` without what all have in common. */
function operationId(method: string, path: string): string {
  const words = path.replace('/api/v1', '').match(/\w+/g) ?? ['paths']
  return method + words.map(word => word.charAt(0).toUpperCase() + word.slice(1)).join('')
}
