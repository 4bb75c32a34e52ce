/** Whatever is imported: nothing is thrown, and what is made is good. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { formatComplaint } from '#base/complaint.ts'
import { importFiles } from '#import/import.ts'
import { SOURCES, type SourceName } from '#import/sources.ts'
import { TempFolder } from '#test/temp-folder.ts'

/** Errors of what was made, which are to be told of what it was made of; and whether anything was made. */
async function convert(
  source: SourceName,
  files: Readonly<Record<string, string>>,
): Promise<{ errors: string[]; isGood: boolean }> {
  await using folder = await TempFolder.open()
  const paths = Object.keys(files)
  for (const path of paths) await writeFile(join(folder.path, path), files[path] ?? '')
  const { complaints, files: made } = await importFiles({ source: SOURCES[source], paths, cwd: folder.path })
  const errors = complaints.filter(({ severity, file }) => severity === 'error' && !paths.includes(file))
  return { errors: errors.map(formatComplaint), isGood: made.length > 0 }
}

const NAMES = [
  'example.com.',
  'www.example.com.',
  'a.example.com.',
  'b.example.com.',
  '\\052.example.com.',
  'lb.aws.example.net.',
]
const CHECKS = ['1', '2', '3', '4']

const address = fc.constantFrom('203.0.113.1', '203.0.113.2', '203.0.113.3')
const longAddress = fc.constantFrom('2001:db8::1', '2001:db8::2')
const valuesOf: Readonly<Record<string, fc.Arbitrary<string>>> = {
  A: address,
  AAAA: longAddress,
  CNAME: fc.constantFrom('x.example.net', 'www.example.com.'),
  TXT: fc.constantFrom('"one"', '"tw\\157"'),
}
/** Sets of one name and type, all of one routing policy. */
const routings: readonly fc.Arbitrary<readonly object[]>[] = [
  fc.constant([{}]),
  fc
    .constantFrom(['PRIMARY'], ['SECONDARY'], ['SECONDARY', 'PRIMARY'])
    .map(roles => roles.map(role => ({ Failover: role, SetIdentifier: role }))),
  fc
    .array(fc.nat(3), { minLength: 1, maxLength: 4 })
    .map(weights => weights.map((Weight, index) => ({ Weight, SetIdentifier: `w ${index}` }))),
  fc
    .integer({ min: 1, max: 12 })
    .map(count =>
      Array.from({ length: count }, (_, index) => ({ MultiValueAnswer: true, SetIdentifier: `m${index}` })),
    ),
  fc
    .constantFrom(['*'], ['DE', '*'], ['DE', 'FR'])
    .map(countries =>
      countries.map(CountryCode => ({ GeoLocation: { CountryCode }, SetIdentifier: CountryCode })),
    ),
]
const alias = fc.tuple(fc.constantFrom(...NAMES), fc.boolean()).map(([DNSName, EvaluateTargetHealth]) => ({
  AliasTarget: { HostedZoneId: 'Z', DNSName, EvaluateTargetHealth },
}))
const check = fc.option(fc.constantFrom(...CHECKS), { nil: undefined })

function setsOf(name: string, type: string): fc.Arbitrary<object[]> {
  const values = fc.uniqueArray(valuesOf[type] ?? address, {
    minLength: 1,
    maxLength: type === 'CNAME' ? 1 : 2,
  })
  const data = values.map(list => ({ TTL: 60, ResourceRecords: list.map(Value => ({ Value })) }))
  const content = fc.oneof({ weight: 15, arbitrary: data }, { weight: 1, arbitrary: alias })
  return fc
    .oneof(...routings)
    .chain(routes =>
      fc.tuple(
        ...routes.map(route =>
          fc
            .tuple(content, check)
            .map(([rest, HealthCheckId]) => ({ Name: name, Type: type, ...route, ...rest, HealthCheckId })),
        ),
      ),
    )
}

const zone = fc
  .uniqueArray(
    fc.tuple(
      fc.constantFrom(...NAMES.slice(0, 5)),
      fc.constantFrom(
        ['A'],
        ['AAAA'],
        ['A', 'AAAA'],
        ['AAAA', 'TXT'],
        ['A', 'AAAA', 'TXT'],
        ['CNAME'],
        ['CNAME', 'A'],
      ),
    ),
    {
      minLength: 1,
      maxLength: 3,
      selector: ([name]) => name,
    },
  )
  .chain(names => fc.tuple(...names.flatMap(([name, types]) => types.map(type => setsOf(name, type)))))
  .map(sets => sets.flat())

const probe = fc.record({
  Type: fc.constantFrom('HTTP', 'HTTPS', 'TCP'),
  IPAddress: fc.option(address, { nil: undefined }),
  FullyQualifiedDomainName: fc.constantFrom(undefined, 'www.example.com'),
  Port: fc.constantFrom(80, 8443),
  RequestInterval: fc.constantFrom(10, 30, undefined),
  FailureThreshold: fc.integer({ min: 1, max: 10 }),
  Inverted: fc.boolean(),
  Disabled: fc.nat(4).map(one => one === 0),
})
const calculated = fc.record({
  Type: fc.constant('CALCULATED'),
  ChildHealthChecks: fc.uniqueArray(fc.constantFrom(...CHECKS.slice(0, 3)), { minLength: 1 }),
  HealthThreshold: fc.nat(5),
  Inverted: fc.boolean(),
})

describe('import route53', () => {
  it('makes good zones of any record sets and checks, or says what is wrong with these', async () => {
    let good = 0
    await fc.assert(
      fc.asyncProperty(zone, fc.tuple(probe, probe, probe, calculated), async (sets, configs) => {
        const checks = configs.map((one, index) => ({ Id: CHECKS[index], HealthCheckConfig: one }))
        const files = {
          'zone.json': JSON.stringify({ ResourceRecordSets: sets }, null, 1),
          'checks.json': JSON.stringify({ HealthChecks: checks }, null, 1),
        }
        const { errors, isGood } = await convert('route53', files)
        assert.deepEqual(errors, [])
        if (isGood) good++
      }),
      { numRuns: 300 },
    )
    assert.ok(good > 50, `only ${good} were good`)
  })
})

describe('import script', () => {
  it('makes good zones of scripts in which anything has been changed, or says what is wrong with them', async () => {
    const script = readFileSync(new URL('golden/script/listing/failover.sh', import.meta.url), 'utf8')
    const loop = readFileSync(new URL('golden/script/loop/failover.sh', import.meta.url), 'utf8')
    const change = fc.tuple(
      fc.nat(2000),
      fc.nat(20),
      fc.constantFrom(
        '',
        '"',
        "'",
        '$(',
        ')',
        '`',
        '${',
        '}',
        '\\',
        '\n',
        ';',
        '<<E\n',
        '0',
        '-',
        '=',
        '#',
        'é',
        '\u0000',
        'PRIMARY_IP=1.2.3.4\n',
        '$((',
        '|',
      ),
    )
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(script, loop),
        fc.array(change, { maxLength: 4 }),
        async (text, changes) => {
          let changed = text
          for (const [at, length, put] of changes)
            changed = changed.slice(0, at) + put + changed.slice(at + length)
          assert.deepEqual((await convert('script', { 'failover.sh': changed })).errors, [])
        },
      ),
      { numRuns: 500 },
    )
  })
})
