/** Inputs that are made to be large or deep: a complaint, and neither a crash nor a long wait. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { importFiles } from '#import/import.ts'
import type { SourceName } from '#import/source-names.ts'
import { SOURCES } from '#import/sources.ts'
import { TempFolder } from '#test/temp-folder.ts'

const TIMEOUT = { timeout: 60_000 }

interface Outcome {
  readonly errors: readonly string[]
  readonly files: readonly string[]
  /** How far the reading had come, as a progress bar is told. */
  readonly parts: readonly number[]
}

async function convert(source: SourceName, contents: Readonly<Record<string, unknown>>): Promise<Outcome> {
  await using folder = await TempFolder.open()
  for (const [name, value] of Object.entries(contents))
    await folder.file(name, typeof value === 'string' ? value : JSON.stringify(value))
  const parts: number[] = []
  const { complaints, files } = await importFiles({
    source: SOURCES[source],
    paths: Object.keys(contents),
    cwd: folder.path,
    progress: (_, part) => parts.push(part),
  })
  const errors = complaints.filter(({ severity }) => severity === 'error').map(({ message }) => message)
  return { errors, files: files.map(({ name }) => name), parts }
}

/** `length` things, from 0. */
function many<T>(length: number, make: (index: number) => T): T[] {
  return Array.from({ length }, (_, index) => make(index))
}

const data = { TTL: 60, ResourceRecords: [{ Value: '203.0.113.1' }] }
const set = (name: string, rest: object): object => ({ Name: `${name}.example.com.`, Type: 'A', ...rest })

describe('import, when there is much of it', { concurrency: true }, () => {
  it('reads 20,000 record sets one by one, and tells how far it is', TIMEOUT, async () => {
    const ResourceRecordSets = many(20_000, index => set(`h${index}`, data))
    const { files, errors, parts } = await convert('route53', { 'zone.json': { ResourceRecordSets } })
    assert.deepEqual([errors, files], [[], ['example.com.zone']])
    assert.ok(
      parts.length >= 10 && parts.every((part, index) => part >= (parts[index - 1] ?? 0) && part <= 1),
    )
  })

  it('finds the zones of 5,000 parents', TIMEOUT, async () => {
    const ResourceRecordSets = many(5000, index => set(`www.p${index}`, data))
    const { files, errors } = await convert('route53', { 'zone.json': { ResourceRecordSets } })
    assert.deepEqual([errors, files.length], [[], 5000])
  })

  it('takes no more record sets of one name than a pool has endpoints', TIMEOUT, async () => {
    const ResourceRecordSets = many(1001, index =>
      set('www', { ...data, Weight: 1, SetIdentifier: `${index}` }),
    )
    const { errors } = await convert('route53', { 'zone.json': { ResourceRecordSets } })
    assert.deepEqual(errors, ['www.example.com. A has more than 1000 record sets'])
  })

  it('complains of aliases that lead through thousands of names', TIMEOUT, async () => {
    const ResourceRecordSets = many(10_000, index =>
      set(`a${index}`, {
        SetIdentifier: 'x',
        Weight: 1,
        ...(index === 9999
          ? data
          : {
              AliasTarget: {
                HostedZoneId: 'Z',
                DNSName: `a${index + 1}.example.com.`,
                EvaluateTargetHealth: true,
              },
            }),
      }),
    )
    const { errors } = await convert('route53', { 'zone.json': { ResourceRecordSets } })
    assert.match(errors[0] ?? '', /is one of more than 16 in each other/)
  })

  for (const depth of [40, 10_000])
    it(`complains of ${depth} CALCULATED checks in each other, each twice`, TIMEOUT, async () => {
      const HealthChecks = many(depth, index => ({
        Id: `${index}`,
        HealthCheckConfig:
          index === depth - 1
            ? { Type: 'TCP', IPAddress: '203.0.113.1', Port: 25 }
            : { Type: 'CALCULATED', HealthThreshold: 1, ChildHealthChecks: [`${index + 1}`, `${index + 1}`] },
      }))
      const ResourceRecordSets = [set('www', { ...data, Weight: 1, SetIdentifier: 'x', HealthCheckId: '0' })]
      const { errors } = await convert('route53', {
        'a.json': { ResourceRecordSets },
        'b.json': { HealthChecks },
      })
      assert.deepEqual([...new Set(errors)], ['health checks lie more than 8 deep in each other'])
    })

  it('makes every CALCULATED check once, however often it is a part', TIMEOUT, async () => {
    const HealthChecks = many(8, index => ({
      Id: `${index}`,
      HealthCheckConfig:
        index === 7
          ? { Type: 'TCP', IPAddress: '203.0.113.1', Port: 25 }
          : { Type: 'CALCULATED', HealthThreshold: 2, ChildHealthChecks: [`${index + 1}`, `${index + 1}`] },
    }))
    const ResourceRecordSets = [set('www', { ...data, Weight: 1, SetIdentifier: 'x', HealthCheckId: '0' })]
    const { errors, files } = await convert('route53', {
      'a.json': { ResourceRecordSets },
      'b.json': { HealthChecks },
    })
    assert.deepEqual([errors, files], [[], ['example.com.yaml']])
  })

  it('complains of load balancers of load balancers without end', TIMEOUT, async () => {
    const count = 10_000
    const { errors } = await convert('cloudflare', {
      'all.json': {
        monitors: [],
        pools: many(count, index => ({
          id: `p${index}`,
          name: `p${index}`,
          origins: [{ name: 'o', address: `l${index + 1}.example.com` }],
        })),
        load_balancers: many(count, index => ({
          name: `l${index}.example.com`,
          default_pools: [`p${index}`],
          fallback_pool: `p${index}`,
        })),
      },
    })
    assert.match(errors[0] ?? '', /^address: load balancers lie more than 16 deep in each other/)
  })

  for (const [source, text] of [
    ['bind', 'a { '.repeat(100_000)],
    ['gdnsd', `plugins => ${'{ a => '.repeat(100_000)}`],
    ['route53', '['.repeat(100_000)],
    ['cloudflare', '{"a":'.repeat(100_000)],
    ['script', '$('.repeat(100_000)],
  ] as const)
    it(`complains of what is nested too deep for ${source}`, TIMEOUT, async () => {
      const { errors, files } = await convert(source, { config: text })
      assert.ok(errors.length > 0)
      assert.deepEqual(files, [])
    })
})
