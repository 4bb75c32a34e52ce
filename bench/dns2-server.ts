/** The dns2 server that is measured: answers the benchmark's zone from a Map. Argument: port. */
import dns2 from 'dns2'
import { MANAGED, NAMES, PRIMARY, staticName } from './bench-zone.ts'

const { Packet } = dns2

const addresses = new Map([[MANAGED, PRIMARY]])
for (let i = 0; i < NAMES; i++) {
  const { name, address } = staticName(i)
  addresses.set(name, address)
}

const server = dns2.createUDPServer((request, send) => {
  const response = Packet.createResponseFromRequest(request)
  const [question] = request.questions
  const name = question?.name ?? ''
  const address = addresses.get(name.toLowerCase())
  const record = { name, type: Packet.TYPE.A, class: Packet.CLASS.IN, ttl: 300, address }
  if (address === undefined) response.header.rcode = Packet.RCODE.NXDOMAIN
  // The package's types ask for a method that its own examples leave out.
  else response.answers.push(record as dns2.Packet.Resource)
  response.header.aa = 1
  void send(response)
})
await server.listen(Number(process.argv[2]), '127.0.0.1')
