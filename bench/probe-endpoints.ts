/**
 * Endpoints that pass every probe, on all addresses of 127.0.0.0/8. Arguments: kind (`tcp`, `http` or `https`), port. They answer every piece
 * that arrives with the same bytes: a server that reads requests would be slower than what probes it, and be measured instead. To every
 * message they tell how many connections they have accepted.
 */
import { readFileSync } from 'node:fs'
import { createServer as createTcp, type Socket } from 'node:net'
import { createServer as createTls } from 'node:tls'

const [kind, port] = process.argv.slice(2)
const certificates = new URL('../test/support/certificates/', import.meta.url)
const read = (name: string): Buffer => readFileSync(new URL(name, certificates))

const OK =
  'HTTP/1.1 200 OK\r\nDate: Thu, 01 Jan 2026 00:00:00 GMT\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n\r\nok\n'

/** A request comes in one piece; whoever asks closes the connection. */
function answer(socket: Socket): void {
  socket.on('error', () => undefined)
  socket.on('data', () => socket.write(OK, 'latin1'))
}

const server =
  kind === 'tcp'
    ? createTcp(socket => void socket.on('error', () => undefined).resume())
    : kind === 'http'
      ? createTcp({ noDelay: true }, answer)
      : createTls({ cert: read('good.pem'), key: read('good.key.pem'), noDelay: true }, answer)
let accepted = 0
server.on('connection', () => accepted++)
process.on('message', () => process.send?.(accepted))
server.listen({ port: Number(port), host: '0.0.0.0', backlog: 4096 }, () => process.send?.(accepted))
process.on('disconnect', () => process.exit())
