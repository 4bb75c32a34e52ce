/** Endpoints that pass every probe, on all addresses of 127.0.0.0/8. Arguments: kind (`tcp`, `http` or `https`), port. */
import { readFileSync } from 'node:fs'
import { createServer as createHttp } from 'node:http'
import { createServer as createHttps } from 'node:https'
import { createServer as createTcp } from 'node:net'

const [kind, port] = process.argv.slice(2)
const certificates = new URL('../test/support/certificates/', import.meta.url)
const read = (name: string): Buffer => readFileSync(new URL(name, certificates))

/** Longer than any interval: a connection that is to be kept is. */
const KEPT = { keepAliveTimeout: 120_000 } as const

const server =
  kind === 'tcp'
    ? createTcp(socket => void socket.on('error', () => undefined).resume())
    : kind === 'http'
      ? createHttp(KEPT, (_, response) => void response.end('ok\n'))
      : createHttps({ ...KEPT, cert: read('good.pem'), key: read('good.key.pem') }, (_, response) => {
          response.end('ok\n')
        })
server.listen({ port: Number(port), host: '0.0.0.0', backlog: 4096 }, () =>
  process.send?.({ kind: 'listening' }),
)
process.on('disconnect', () => process.exit())
