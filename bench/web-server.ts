/** An endpoint: a web server that says 200 to everything and reports when it was asked. Arguments: port, then addresses. */
import { createServer } from 'node:http'

const [port, ...addresses] = process.argv.slice(2)

for (const address of addresses) {
  const server = createServer((_, response) => {
    process.send?.({ kind: 'asked', atNs: process.hrtime.bigint().toString() })
    response.end('ok\n')
  })
  server.listen(Number(port), address, () => process.send?.({ kind: 'listening' }))
}
process.on('disconnect', () => process.exit())
