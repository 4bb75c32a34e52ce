/** The kernel answers echo requests, as it is told to in a network of the test's own. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Child, ROOT_FOLDER } from '#test/child.ts'
import { inOwnNetwork } from '#test/own-network.ts'

const SETUP = 'echo "0 0" > /proc/sys/net/ipv4/ping_group_range'
const LIMIT = { timeout: 60_000 }

describe('the icmp probe', () => {
  const own = inOwnNetwork(SETUP, [process.execPath, `${ROOT_FOLDER}test/unit/probe/icmp-child.ts`])
  const skip = 'unavailable' in own ? own.unavailable : false

  it('knows answered, lost, unreachable and forbidden', { skip, ...LIMIT }, async () => {
    assert.ok('command' in own)
    await using child = new Child(own.command)
    assert.deepEqual(await child.exit, { code: 0, signal: null }, child.stderr.text)
    const noSource = 'inconclusive no-source: this host has no free port or no such source address'
    assert.deepEqual(child.stdout.all, [
      'IPv4: pass ok: 1 of 1 answered',
      'IPv6: pass ok: 1 of 1 answered',
      'several: pass ok: 3 of 3 answered',
      'from: pass ok: 1 of 1 answered',
      `from nowhere: ${noSource}`,
      `from nowhere, IPv6: ${noSource}`,
      'no route: inconclusive no-route: this host has no route to the address',
      'crowd: pass ok: 2 of 2 answered',
      'loss allowed: pass ok: 2 of 4 answered',
      'loss not allowed: fail loss: 2 of 4 answered within 1s, at least 3 must be',
      'silent: fail timeout: no reply within 150ms',
      'forbidden: inconclusive not-permitted: this host forbids ICMP to group 0; sysctl -w net.ipv4.ping_group_range="0 2147483647" permits it',
      'descriptors left: 0',
    ])
  })
})
