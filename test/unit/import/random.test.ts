/** Whatever is imported: nothing is thrown, and what is made is good. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { formatComplaint } from '#base/complaint.ts'
import { importFiles } from '#import/import.ts'
import type { SourceName } from '#import/source-names.ts'
import { SOURCES } from '#import/sources.ts'
import { TempFolder } from '#test/temp-folder.ts'

/** Errors of what was made, which are to be told of what it was made of; and whether anything was made. */
async function convert(
  source: SourceName,
  files: Readonly<Record<string, string>>,
  paths: readonly string[] = Object.keys(files),
): Promise<{ errors: string[]; isGood: boolean }> {
  await using folder = await TempFolder.open()
  for (const [path, text] of Object.entries(files)) await folder.file(path, text)
  const { complaints, files: made } = await importFiles({ source: SOURCES[source], paths, cwd: folder.path })
  const errors = complaints.filter(
    ({ severity, file }) => severity === 'error' && !Object.hasOwn(files, file),
  )
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

/** Golden cases in which everything is good, and the words that make a difference to their source. */
const TEXTS: Readonly<
  Record<Exclude<SourceName, 'route53'>, { cases: readonly string[]; words: readonly string[] }>
> = {
  bind: {
    cases: ['easy', 'nasty', 'views', 'fields'],
    words: [
      '{',
      '}',
      ';',
      '"',
      '/*',
      '//',
      '#',
      '(',
      ')',
      '\n',
      '\\',
      '$INCLUDE x\n',
      '$ORIGIN .\n',
      'zone',
      'IN',
      '@',
    ],
  },
  cloudflare: {
    cases: ['everything', 'steering', 'kinds', 'hosts', 'fields'],
    words: [
      '{',
      '}',
      '[',
      ']',
      '"',
      ',',
      ':',
      'null',
      '-1',
      '1e99',
      '""',
      '[]',
      '{}',
      'true',
      '0',
      '99999999999',
      'p1',
      'm1',
    ],
  },
  gdnsd: {
    cases: ['simple', 'full', 'metafo', 'weighted', 'geoip', 'fields'],
    words: [
      '{',
      '}',
      '[',
      ']',
      '=>',
      '"',
      ',',
      '#',
      '$include{x}',
      'DYNC',
      'up',
      '0',
      '-1',
      '1.5',
      '192.0.2.1',
      '2001:db8::1',
      '@Z',
      '/',
      '!',
      '\n',
      '(',
    ],
  },
  script: {
    cases: ['listing', 'loop', 'inline', 'fields'],
    words: [
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
      'PRIMARY_IP=1.2.3.4\n',
      '$((',
      '|',
    ],
  },
}

/** One thing done to a text: a part cut out, a word put in or in place of another, a line repeated. */
const change = fc.record({
  kind: fc.constantFrom('cut', 'put', 'replace', 'repeat'),
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  to: fc.double({ min: 0, max: 1, noNaN: true }),
  word: fc.nat(1000),
})
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never

function changed(text: string, { kind, at, to, word }: Change, words: readonly string[]): string {
  const place = Math.floor(at * text.length)
  const put = words[word % words.length] ?? ''
  if (kind === 'cut') return text.slice(0, place) + text.slice(place + 1 + (word % 20))
  if (kind === 'put') return text.slice(0, place) + put + text.slice(place)
  if (kind === 'replace') return text.slice(0, place) + text.slice(place).replace(/[\w.-]+/, () => put)
  const lines = text.split('\n')
  lines.splice(Math.floor(to * lines.length), 0, lines[Math.floor(at * (lines.length - 1))] ?? '')
  return lines.join('\n')
}

function filesOf(source: string, one: string): { files: Record<string, string>; paths: readonly string[] } {
  const folder = new URL(`golden/${source}/${one}/`, import.meta.url).pathname
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => relative(folder, join(entry.parentPath, entry.name)))
    .filter(name => name !== 'expected.txt')
  const files = Object.fromEntries(names.map(name => [name, readFileSync(join(folder, name), 'utf8')]))
  const { 'arguments.json': given, ...inputs } = files
  return {
    files: inputs,
    paths: given === undefined ? Object.keys(inputs) : (JSON.parse(given).files ?? Object.keys(inputs)),
  }
}

for (const [source, { cases, words }] of Object.entries(TEXTS) as [
  keyof typeof TEXTS,
  (typeof TEXTS)['bind'],
][])
  describe(`import ${source}`, () => {
    it('makes good zones of files in which anything has been changed, or says what is wrong with them', async () => {
      const all = cases.map(one => filesOf(source, one))
      let good = 0
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom(...all),
          fc.nat(100),
          fc.array(change, { maxLength: 3 }),
          async ({ files, paths }, victim, changes) => {
            const names = Object.keys(files)
            const name = names[victim % names.length] ?? ''
            const text = changes.reduce((before, one) => changed(before, one, words), files[name] ?? '')
            const { errors, isGood } = await convert(source, { ...files, [name]: text }, paths)
            assert.deepEqual(errors, [])
            if (isGood) good++
          },
        ),
        { numRuns: 400 },
      )
      assert.ok(good > 20, `only ${good} were good`)
    })
  })
