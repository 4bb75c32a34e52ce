/** Each kind of check in the whole server: the primary is served, fails in the way of its kind, and the backup is served. */
import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { Packet } from 'dns2'
import { Child, ROOT_FOLDER } from '#test/child.ts'
import { DnsResponder } from '#test/dns-responder.ts'
import { GrpcHealthServer, health } from '#test/grpc-health-server.ts'
import { HttpsServer } from '#test/https-server.ts'
import { inOwnNetwork } from '#test/own-network.ts'
import { TempFolder } from '#test/temp-folder.ts'
import { ProbingServer } from './probing-server.ts'

/** They wait for real probes most of the time; more at once would keep each other waiting. */
const LIMITS = { timeout: 60_000, concurrency: 3 }
const [PRIMARY, BACKUP] = ['127.0.0.1', '127.0.0.2'] as const

/** Both are up, the primary is served; it fails, and the backup is. */
async function failsOver(server: ProbingServer, breakPrimary: () => unknown): Promise<string> {
  for (const endpoint of ['primary', 'backup'] as const) await server.verdict(endpoint, 'up')
  assert.equal(await server.answer(), PRIMARY)
  await breakPrimary()
  const why = await server.verdict('primary', 'down')
  assert.equal(await server.answer(), BACKUP)
  return why
}

describe('the server fails over by a check of type', LIMITS, () => {
  for (const transport of ['udp', 'tcp']) {
    it(`dns, over ${transport}`, async () => {
      let rcode: number = Packet.RCODE.NOERROR
      const start = (address: string, rcodeNow: () => number) =>
        DnsResponder.start(query => {
          const packet = Packet.createResponseFromRequest(Packet.parse(query))
          Object.assign(packet.header, { aa: 1, rcode: rcodeNow() })
          const resource = { name: 'b.test', type: 1, class: 1, ttl: 30, address: '192.0.2.7' }
          packet.answers.push(resource as Packet['answers'][number])
          return [packet.toBuffer()]
        }, address)
      await using primary = await start(PRIMARY, () => rcode)
      await using backup = await start(BACKUP, () => Packet.RCODE.NOERROR)
      await using server = await ProbingServer.start(
        `type: dns, transport: ${transport}, query: { name: b.test }, expect: { answers: 192.0.2.7, aa: true }`,
        { address: PRIMARY, port: primary.port },
        { address: BACKUP, port: backup.port },
      )
      const why = await failsOver(server, () => {
        rcode = Packet.RCODE.REFUSED
      })
      assert.match(why, /REFUSED, expected NOERROR/)
    })
  }

  it('grpc', async () => {
    await using primary = await GrpcHealthServer.start(health(1), { address: PRIMARY })
    await using backup = await GrpcHealthServer.start(health(1), { address: BACKUP })
    await using server = await ProbingServer.start(
      `type: grpc, port: ${backup.port}, service: shop`,
      { address: PRIMARY, port: primary.port },
      { address: BACKUP },
    )
    const why = await failsOver(server, () => {
      primary.answer = health(2)
    })
    assert.match(why, /NOT_SERVING/)
  })

  it('exec', async () => {
    await using folder = await TempFolder.open()
    for (const address of [PRIMARY, BACKUP]) await folder.file(address, '')
    await using server = await ProbingServer.start(
      `type: exec, command: [sh, -c, 'cat $FOLDER/$UNDERSTUDY_ADDRESS'], environment: { FOLDER: '${folder.path}' }`,
      { address: PRIMARY },
      { address: BACKUP },
    )
    const why = await failsOver(server, () => rm(join(folder.path, PRIMARY)))
    assert.match(why, /cat: .*No such file/)
  })

  it('https, with a secret that is changed in its file', async () => {
    const start = (address: string, tokenNow: () => string) =>
      HttpsServer.start(address, ({ headers }) => (headers['x-token'] === tokenNow() ? 200 : 403))
    let token = 's3cret-1'
    await using primary = await start(PRIMARY, () => token)
    await using backup = await start(BACKUP, () => 's3cret-1')
    await using server = await ProbingServer.start(
      'type: https, verify: false, keep-alive: true, headers: { X-Token: { file: keys/token } }',
      { address: PRIMARY, port: primary.port },
      { address: BACKUP, port: backup.port },
      { 'keys/token': 's3cret-1\n' },
    )
    const why = await failsOver(server, () => {
      token = 's3cret-2'
    })
    assert.match(why, /status 403, expected 200-299/)
    await server.change('keys/token', 's3cret-2\n')
    const back = await server.verdict('primary', 'up')
    assert.doesNotMatch(why + back, /s3cret/)
  })

  // A host of which nothing comes back: its route leads to nowhere once its address is gone.
  const own = inOwnNetwork(
    'echo "0 0" > /proc/sys/net/ipv4/ping_group_range; ip link add none type veth peer name far; ip link set none up; ip link set far up; ip route add 192.0.2.0/24 dev none; ip address add 192.0.2.1/32 dev lo; ip address add 192.0.2.2/32 dev lo',
    [process.execPath, `${ROOT_FOLDER}test/unit/control/icmp-server.ts`],
  )
  it('icmp', { skip: 'unavailable' in own ? own.unavailable : false }, async () => {
    assert.ok('command' in own)
    await using child = new Child(own.command)
    assert.deepEqual(await child.exit, { code: 0, signal: null }, child.stderr.text)
    assert.deepEqual(child.stdout.all, ['192.0.2.1', '192.0.2.2'])
  })
})
