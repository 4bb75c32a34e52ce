/** What settings make of answering: told, hidden, limited or not. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AnswerPolicy } from '#answer/policy.ts'
import { loadConfiguration } from '#config/load.ts'
import { PolicyMaker } from '#control/policy.ts'
import { TempFolder } from '#test/temp-folder.ts'

const maker = new PolicyMaker('1.2.3')

async function policyOf(settings: string): Promise<AnswerPolicy> {
  await using folder = await TempFolder.open()
  await folder.file('understudy.yaml', `node: ns1\n${settings}`)
  await folder.file('zones/a.example.yaml', 'zone: a.example\nnameservers: { ns1: 192.0.2.1 }\n')
  const { configuration, complaints } = await loadConfiguration({ cwd: folder.path, env: {} })
  assert.deepEqual(complaints, [])
  return maker.policyOf(configuration?.settings ?? assert.fail())
}

test('node and version are told, or kept back each by itself', async () => {
  const { id, version } = await policyOf('')
  assert.deepEqual([id, version], ['ns1', 'understudy 1.2.3'])
  const quiet = await policyOf('reveal: { id: false, version: false }')
  assert.deepEqual([quiet.id, quiet.version], [undefined, undefined])
  const half = await policyOf('reveal: { version: false }')
  assert.deepEqual([half.id, half.version], ['ns1', undefined])
})

test('the rate limit is on, off, or only counts', async () => {
  const on = (await policyOf('')).rateLimit
  assert.deepEqual([on?.enforced, on?.ipv4Prefix, on?.ipv6Prefix], [true, 24, 56])
  assert.equal((await policyOf('rate-limit: { mode: off }')).rateLimit, undefined)
  assert.equal((await policyOf('rate-limit: { mode: log-only }')).rateLimit?.enforced, false)
})

test('accounts of the rate limit and the own cookie secret outlive a reload', async () => {
  const [before, after] = [await policyOf(''), await policyOf('rate-limit: { slip: 3 }')]
  assert.equal(before.rateLimit?.memory, after.rateLimit?.memory)
  assert.equal(before.rateLimit?.seed, after.rateLimit?.seed)
  assert.deepEqual(before.cookieSecrets, after.cookieSecrets)
})
