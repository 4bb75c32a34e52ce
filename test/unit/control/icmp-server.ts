/** A server in a network of its own that pings its endpoints, 192.0.2.1 and 192.0.2.2. Prints what it answers before and after the first is gone. */
import { execFileSync } from 'node:child_process'
import { ProbingServer } from './probing-server.ts'

const server = await ProbingServer.start(
  'type: icmp, count: 2, max-loss: 50%',
  { address: '192.0.2.1' },
  { address: '192.0.2.2' },
)
for (const endpoint of ['primary', 'backup'] as const) await server.verdict(endpoint, 'up')
console.log(await server.answer())
execFileSync('ip', ['address', 'del', '192.0.2.1/32', 'dev', 'lo'])
await server.verdict('primary', 'down')
console.log(await server.answer())
await server[Symbol.asyncDispose]()
