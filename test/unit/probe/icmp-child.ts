/** ICMP probes in a network of this process's own, whose kernel is told what to do with echo requests. Prints one line for each case. */
import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { runProbe } from '#probe/run-probe.ts'
import type { IcmpSpec } from '#probe/spec.ts'
import { AMPLE_MS, BRIEF_MS, targetOf, USER_AGENT } from './targets.ts'

const CROWD = 200

function tell(file: string, value: string): void {
  writeFileSync(`/proc/sys/net/ipv4/${file}`, value)
}

async function probe(
  address: string,
  changes: Partial<IcmpSpec> = {},
  timeoutMs = AMPLE_MS,
): Promise<string> {
  const spec: IcmpSpec = { type: 'icmp', count: 1, maxLossPercent: 0, ...changes }
  const { kind, reason, detail } = await runProbe(targetOf(spec, address, { timeoutMs }), USER_AGENT)
  return `${kind} ${reason}: ${detail}`
}

async function show(what: string, ...args: Parameters<typeof probe>): Promise<void> {
  console.log(`${what}: ${await probe(...args)}`)
}

function requestsReceived(): number {
  return Number(/^Icmp: .*\nIcmp: (?:\S+ ){8}(\d+)/m.exec(readFileSync('/proc/net/snmp', 'utf8'))?.[1])
}

/** The kernel ignores echo requests until so many have come. */
async function ignoring(requests: number): Promise<void> {
  const before = requestsReceived()
  assert.ok(Number.isInteger(before))
  tell('icmp_echo_ignore_all', '1')
  while (requestsReceived() < before + requests) await delay(5)
  tell('icmp_echo_ignore_all', '0')
}

/** After a descriptor that was closed before has been given back. */
async function openDescriptors(): Promise<number> {
  const socket = createSocket('udp4').close()
  await once(socket, 'close')
  return readdirSync('/proc/self/fd').length
}

await show('IPv4', '127.0.0.1')
await show('IPv6', '::1')
const descriptors = await openDescriptors()
await show('several', '127.0.0.1', { count: 3 })
await show('from', '127.0.0.1', { sourceAddress: '127.0.0.2' })
await show('from nowhere', '127.0.0.1', { sourceAddress: '192.0.2.77' })
await show('from nowhere, IPv6', '::1', { sourceAddress: '2001:db8::77' })
await show('no route', '198.51.100.1')

const crowd = Array.from({ length: CROWD }, (_, i) => probe(`127.0.1.${1 + i}`, { count: 2 }))
console.log(`crowd: ${[...new Set(await Promise.all(crowd))].join(', ')}`)

await Promise.all([ignoring(2), show('loss allowed', '127.0.0.1', { count: 4, maxLossPercent: 50 })])
await Promise.all([
  ignoring(2),
  show('loss not allowed', '127.0.0.1', { count: 4, maxLossPercent: 49 }, 1000),
])
await Promise.all([ignoring(1), show('silent', '127.0.0.1', {}, BRIEF_MS)])

tell('ping_group_range', '1\t0')
await show('forbidden', '127.0.0.1')
console.log(`descriptors left: ${(await openDescriptors()) - descriptors}`)
