/** The status page: a few files of its own and one library, read once; nothing comes from elsewhere. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Documented } from './documented.ts'

const FOLDER = new URL('./page/', import.meta.url)
const LIBRARY = new URL(import.meta.resolve('htm/preact/standalone'))

const JAVASCRIPT = 'text/javascript; charset=utf-8'
const FILES: Readonly<Record<string, string>> = {
  'page.css': 'text/css; charset=utf-8',
  'icon.svg': 'image/svg+xml',
  'page.js': JAVASCRIPT,
  'drill.js': JAVASCRIPT,
  'pools.js': JAVASCRIPT,
  'time-line.js': JAVASCRIPT,
  'action.js': JAVASCRIPT,
  'server.js': JAVASCRIPT,
}

/** What the page may load and ask: this server alone. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ')

type MediaType = Extract<Documented['answer'], `${string}/${string}`>

interface PageFile {
  readonly type: string
  readonly bytes: Buffer
  readonly tag: string
}

/** Adds `/` and what it needs. */
export function addPage(app: FastifyInstance): void {
  const index = read(new URL('index.html', FOLDER), 'text/html; charset=utf-8')
  app.get('/', open('The status page', index), (request, reply) =>
    send(index, request, reply.header('content-security-policy', POLICY)),
  )
  const library = read(LIBRARY, JAVASCRIPT)
  app.get('/page/htm.js', open('A part of the status page', library), (request, reply) =>
    send(library, request, reply),
  )
  for (const [name, type] of Object.entries(FILES)) {
    const file = read(new URL(name, FOLDER), type)
    app.get(`/page/${name}`, open('A part of the status page', file), (request, reply) =>
      send(file, request, reply),
    )
  }
}

/** The page itself asks for a token, if one is needed. */
function open(summary: string, { type }: PageFile) {
  const answer = type.replace(/;.*/, '') as MediaType
  return { config: { access: 'open', documented: { summary, answer } } } as const
}

function read(path: URL, type: string): PageFile {
  const bytes = readFileSync(path)
  return { type, bytes, tag: `"${createHash('sha256').update(bytes).digest('base64url')}"` }
}

function send({ type, bytes, tag }: PageFile, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  // Asked each time whether it is still that one: an upgrade shows at once.
  reply.headers({ etag: tag, 'cache-control': 'no-cache' })
  if (request.headers['if-none-match'] === tag) return reply.code(304).send()
  return reply.type(type).send(bytes)
}
