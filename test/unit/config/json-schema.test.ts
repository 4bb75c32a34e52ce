/** The JSON Schemas for editors: they are what the code makes of its shapes, take what the server takes, and refuse what is usually wrong. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, it } from 'node:test'
import { Ajv, type ValidateFunction } from 'ajv'
import { parse } from 'yaml'
import { jsonSchema } from '#config/json-schema.ts'
import { checkPath, loadConfiguration } from '#config/load.ts'
import { SCHEMA_NAMES, type SchemaName } from '#config/schema-names.ts'
import { ROOT_FOLDER, runUnderstudy } from '#test/child.ts'
import { folderOf, linesOf } from './folder.ts'

const ajv = new Ajv({ strict: true, strictRequired: false, allowUnionTypes: true, allErrors: true })
const validators: Readonly<Record<SchemaName, ValidateFunction>> = {
  understudy: ajv.compile(jsonSchema('understudy')),
  zone: ajv.compile(jsonSchema('zone')),
}

/** What the schema has against the YAML; none where it is good. */
function problemsOf(name: SchemaName, yaml: string): string[] {
  const validate = validators[name]
  validate(parse(yaml, { version: '1.2', schema: 'core', stringKeys: true }))
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath}: ${message}`)
}

function read(path: string): string {
  return readFileSync(join(ROOT_FOLDER, path), 'utf8')
}

describe('docs/schema', () => {
  for (const name of SCHEMA_NAMES) {
    it(`${name} is what the code makes and the command prints; if not, "npm run schema" writes it`, async () => {
      const file = read(`docs/schema/${name}.schema.json`)
      assert.equal(file, `${JSON.stringify(jsonSchema(name), null, 2)}\n`)
      assert.equal((await runUnderstudy(['schema', name])).stdout, file.trimEnd())
    })
  }

  it('is found by the shipped zones', () => {
    for (const file of readdirSync(`${ROOT_FOLDER}zones`).filter(one => one.endsWith('.yaml'))) {
      const [, path = ''] = /^# yaml-language-server: \$schema=(\S+)$/m.exec(read(`zones/${file}`)) ?? []
      assert.ok(path.endsWith('zone.schema.json') && existsSync(resolve(ROOT_FOLDER, 'zones', path)), file)
    }
  })

  it('is printed for what there is only', async () => {
    const { code, stderr } = await runUnderstudy(['schema', 'pool'])
    assert.equal(code, 2)
    assert.match(stderr, /Allowed choices are understudy, zone/)
  })
})

describe('the schemas take', () => {
  const files = [
    'zones/lb.example.com.yaml',
    'zones/short.example.org.yaml',
    'deploy/compose/zones/lb.example.com.yaml',
    'deploy/compose/ns1/understudy.yaml',
    'deploy/compose/ns2/understudy.yaml',
    ...readdirSync(`${ROOT_FOLDER}test/unit/config/cases/good`).map(
      file => `test/unit/config/cases/good/${file}`,
    ),
  ]
  for (const file of files) {
    it(file, () => {
      const name = file.endsWith('understudy.yaml') ? 'understudy' : 'zone'
      assert.deepEqual(problemsOf(name, read(file)), [])
    })
  }

  it('every YAML file in zones', () => {
    const yaml = readdirSync(`${ROOT_FOLDER}zones`).filter(file => file.endsWith('.yaml'))
    assert.deepEqual(
      yaml.filter(file => !files.includes(`zones/${file}`)),
      [],
    )
  })

  for (const { page, line, name, yaml } of examples()) {
    it(`the example of ${page}, line ${line}`, () => assert.deepEqual(problemsOf(name, yaml), []))
  }

  it('what is empty', () => {
    assert.deepEqual(problemsOf('understudy', 'listen:\nlog: {}\ntokens:\nalerts:\n'), [])
    assert.deepEqual(problemsOf('understudy', ''), [])
    assert.deepEqual(problemsOf('zone', 'zone: a.test\nchecks:\npools:\nnames:\nmaintenance:\n'), [])
  })
})

interface Example {
  readonly page: string
  readonly line: number
  readonly name: SchemaName
  readonly yaml: string
}

/** Those of the README and of docs; what is a part of a zone is put into one. */
function examples(): Example[] {
  const pages = ['README.md', ...readdirSync(`${ROOT_FOLDER}docs`).map(file => `docs/${file}`)]
  const found = pages
    .filter(page => page.endsWith('.md'))
    .flatMap(page =>
      Array.from(read(page).matchAll(/^```yaml\n(.*?)^```$/gms), ({ 1: text = '', index, input }) => ({
        page,
        line: input.slice(0, index).split('\n').length,
        text,
      })),
    )
    .filter(({ text }) => !text.startsWith('# prometheus.yml'))
  assert.ok(found.length >= 12)
  return found.map(({ page, line, text }) => {
    const [first = ''] = text.replace(/^#.*\n/gm, '').split(':')
    if (text.startsWith('# understudy.yaml')) return { page, line, name: 'understudy', yaml: text }
    if (first === 'zone') return { page, line, name: 'zone', yaml: text }
    const part = first === 'headers' ? `checks: { web: { type: https, ${text.trim()} } }` : text
    return { page, line, name: 'zone', yaml: `zone: a.test\n${part}` }
  })
}

describe('the schemas refuse', () => {
  const settings: Readonly<Record<string, string>> = {
    'an unknown key': 'node: ns1\nlisten: { dsn: 127.0.0.1:53 }',
    'a key of another section': 'level: debug',
    'a number for a text': 'node: 1',
    'a text for a number': 'responders: many',
    'a number beyond its limits': 'responders: 65',
    'a word that there is not': 'udp: fast',
    'an address without a port': 'listen: { dns: 127.0.0.1 }',
    'IPv6 without brackets': 'listen: { dns: "::1:53" }',
    'an empty list': 'listen: { dns: [] }',
    'yes for true': 'watch: yes',
    'a time without its unit': 'tcp: { idle: 10 }',
    'a certificate without its key': 'listen: { admin-tls: { certificate: a.pem } }',
    'a token without a role': 'tokens: [{ name: alice, hash: x }]',
    'a reference of another kind': 'references: ["192.0.2.1:53"]',
    'a resolver by its name': 'resolvers: dns.example.net',
    'a network that is none': 'rate-limit: { exempt: [lan] }',
    'a share of more than all': 'query-log: { sample: 2 }',
    'a network that is a name': 'introspection-from: [localhost]',
    'a receiver of no type': 'alerts: [{ name: a, url: "http://a.test" }]',
    'a receiver of a type that there is not': 'alerts: [{ name: a, type: fax, url: "http://a.test" }]',
    'a receiver without a name': 'alerts: [{ type: slack, url: "http://a.test" }]',
    'a webhook without a URL': 'alerts: [{ name: a, type: webhook }]',
    'PagerDuty without its key': 'alerts: [{ name: a, type: pagerduty }]',
    'a key of mail for a webhook': 'alerts: [{ name: a, type: webhook, url: "http://a.test", host: a.test }]',
    'a URL for mail':
      'alerts: [{ name: a, type: smtp, host: a.test, from: a@a.test, to: b@a.test, url: "http://a.test" }]',
    'mail to nobody': 'alerts: [{ name: a, type: smtp, host: a.test, from: a@a.test, to: [] }]',
    'mail to what is no address': 'alerts: [{ name: a, type: smtp, host: a.test, from: a@a.test, to: b }]',
    'a user without a password':
      'alerts: [{ name: a, type: smtp, host: a.test, from: a@a.test, to: b@a.test, user: a }]',
    'a routing key in the clear': 'alerts: [{ name: a, type: pagerduty, routing-key: abc }]',
    'quiet hours without an end':
      'alerts: [{ name: a, type: slack, url: "http://a.test", quiet: { from: "22:00" } }]',
    'quiet hours of Alertmanager':
      'alerts: [{ name: a, type: alertmanager, url: "http://a.test", quiet: { from: "22:00", to: "07:00" } }]',
  }
  const zone: Readonly<Record<string, string>> = {
    'a zone without its name': 'names: {}',
    'an unknown key': 'zone: a.test\npool: {}',
    'a list for a map of names': 'zone: a.test\nnames: [www]',
    'a list for a map of pools': 'zone: a.test\npools: [www]',
    'a text for a map of checks': 'zone: a.test\nchecks: http',
    'a name server that is none': 'zone: a.test\nnameservers: { ns1: 192.0.2.300 }',
    'a name without a pool': 'zone: a.test\nnames: { www: { ttl: 30s } }',
    'a name with two': 'zone: a.test\nnames: { www: { pool: a, failover: [192.0.2.1] } }',
    'a TTL without its unit': 'zone: a.test\nnames: { www: { pool: a, ttl: 30 } }',
    'a key of a version to come': 'zone: a.test\nreferences: [192.0.2.1]',
    'an empty failover': 'zone: a.test\nnames: { www: { failover: [] } }',
    'a weight below 0': 'zone: a.test\nnames: { www: { weighted: { 192.0.2.1: -1 } } }',
    'a check without a type': 'zone: a.test\nchecks: { a: { path: / } }',
    'a check of no type': 'zone: a.test\nchecks: { a: { type: ftp } }',
    'a key of another type of check': 'zone: a.test\nchecks: { a: { type: tcp, port: 25, path: / } }',
    'verify without TLS': 'zone: a.test\nchecks: { a: { type: http, verify: false } }',
    'tcp without a port': 'zone: a.test\nchecks: { a: { type: tcp } }',
    'icmp with one': 'zone: a.test\nchecks: { a: { type: icmp, port: 7 } }',
    'a status that is none': 'zone: a.test\nchecks: { a: { type: http, expect: { status: 2xx } } }',
    'at-least without a count': 'zone: a.test\nchecks: { a: { type: at-least, checks: [b] } }',
    'a heartbeat with a timeout': 'zone: a.test\nchecks: { a: { type: heartbeat, timeout: 3s } }',
    'a secret in the clear': 'zone: a.test\nchecks: { a: { type: heartbeat, token: abc } }',
    'a dns check without a question': 'zone: a.test\nchecks: { a: { type: dns } }',
    'flap without half-life': 'zone: a.test\nchecks: { a: { type: http, flap: { limit: 3 } } }',
    'a pool without endpoints': 'zone: a.test\npools: { a: { policy: all } }',
    'an unknown policy':
      'zone: a.test\npools: { a: { policy: any, endpoints: [{ name: a, address: 192.0.2.1 }] } }',
    'an endpoint without a name': 'zone: a.test\npools: { a: { endpoints: [{ address: 192.0.2.1 }] } }',
    'an endpoint that is two things':
      'zone: a.test\npools: { a: { endpoints: [{ name: a, address: 192.0.2.1, pool: b }] } }',
    'an endpoint that is only an address': 'zone: a.test\npools: { a: { endpoints: [192.0.2.1] } }',
    'a name with a space': 'zone: a.test\npools: { "a b": { endpoints: [{ name: a, address: 192.0.2.1 }] } }',
    'failback after no duration':
      'zone: a.test\npools: { a: { failback: { after: 5 }, endpoints: [{ name: a, address: 192.0.2.1 }] } }',
    'a rule that there is not':
      'zone: a.test\npools: { a: { when-all-down: none, endpoints: [{ name: a, address: 192.0.2.1 }] } }',
    'a window without a time': 'zone: a.test\nmaintenance: [{ pool: a, endpoint: b, for: 1h }]',
    'a day that is none':
      'zone: a.test\nmaintenance: [{ pool: a, endpoint: b, for: 1h, every: day, from: "02:30" }]',
  }
  for (const [name, cases] of [
    ['understudy', settings],
    ['zone', zone],
  ] as const) {
    for (const [what, yaml] of Object.entries(cases)) {
      it(`${name}: ${what}, as the server does`, async () => {
        assert.notDeepEqual(problemsOf(name, yaml), [])
        await using folder = await folderOf({ 'understudy.yaml': yaml, 'zones/a.yaml': yaml })
        const path = name === 'zone' ? 'zones/a.yaml' : 'understudy.yaml'
        const { complaints } = await checkPath(path, { cwd: folder.path, env: {} })
        assert.ok(complaints.some(({ severity }) => severity === 'error'))
      })
    }
  }
})

describe('the defaults that the schemas tell are those of the server', () => {
  it('of understudy.yaml', async () => {
    const said = defaultsOf(jsonSchema('understudy')) as Record<string, unknown>
    // A log of queries there is only with the key.
    const { 'query-log': queryLog, ...others } = said
    assert.deepEqual(queryLog, { sample: 1, 'per-second': 100 })
    await using folder = await folderOf({
      'zones/a.zone': '',
      'said.yaml': JSON.stringify(others),
      'not.yaml': '',
    })
    const load = async (configFile: string) => {
      const { configuration, complaints } = await loadConfiguration({ configFile, cwd: folder.path, env: {} })
      assert.deepEqual(
        linesOf(complaints).filter(line => line.includes('.yaml')),
        [],
      )
      assert.ok(configuration !== undefined)
      return configuration.settings
    }
    assert.deepEqual(await load('said.yaml'), await load('not.yaml'))
  })

  it('of receivers of alerts', async () => {
    const { properties } = jsonSchema('understudy') as { properties: { alerts: { items: Form } } }
    const forms = properties.alerts.items.anyOf ?? []
    assert.equal(forms.length, 5)
    const needed: Readonly<Record<string, object>> = {
      pagerduty: { 'routing-key': { env: 'KEY' } },
      smtp: { host: 'a.test', from: 'a@a.test', to: 'b@a.test' },
    }
    const alerts = (isSaid: boolean): string => {
      const receivers = forms.map(form => {
        const { title: type = '' } = form
        const own = needed[type] ?? { url: 'http://a.test/' }
        const quiet = type === 'alertmanager' ? {} : { quiet: { from: '22:00', to: '07:00' } }
        const said = isSaid ? objectOf(defaultsOf(form)) : {}
        return { name: type, type, ...merged(said, { ...own, ...quiet }) }
      })
      return JSON.stringify({ alerts: receivers })
    }
    await using folder = await folderOf({
      'zones/a.zone': '',
      'said.yaml': alerts(true),
      'not.yaml': alerts(false),
    })
    const load = async (configFile: string) => {
      const options = { configFile, cwd: folder.path, env: { KEY: 'abc' } }
      const { configuration, complaints } = await loadConfiguration(options)
      assert.deepEqual(
        linesOf(complaints).filter(line => line.includes('.yaml')),
        [],
      )
      return configuration?.settings.alerts
    }
    const read = await load('said.yaml')
    assert.equal(read?.length, 5)
    assert.deepEqual(read, await load('not.yaml'))
  })

  it('of a zone', async () => {
    const { properties } = jsonSchema('zone') as {
      properties: Record<string, { additionalProperties: Form }>
    }
    const formOf = (key: string): Form => properties[key]?.additionalProperties ?? {}
    const checks = (formOf('checks').anyOf ?? []).map(form => ({
      type: form.title,
      ...objectOf(defaultsOf(form)),
    }))
    assert.equal(checks.length, 12)
    const needed: Readonly<Record<string, object>> = {
      tcp: { port: 25 },
      grpc: { port: 50051 },
      dns: { query: { name: 'a.test' } },
      exec: { command: ['true'] },
      heartbeat: { token: { env: 'TOKEN' } },
      all: { checks: ['http'] },
      any: { checks: ['http'] },
      'at-least': { checks: ['http'], count: 1 },
    }
    const endpoints = [{ name: 'a', address: '192.0.2.1' }]
    const zone = (isSaid: boolean): string => {
      const said = (all: unknown): object => (isSaid ? objectOf(all) : {})
      const names = checks.map(({ type }) => String(type))
      return JSON.stringify({
        zone: 'a.test',
        nameservers: { ns1: '192.0.2.53' },
        soa: said({ ...objectOf(defaultsOf((properties['soa'] ?? {}) as Form)), serial: 1 }),
        checks: Object.fromEntries(
          checks.map(({ type, ...rest }) => [
            String(type),
            { type, ...merged(said(rest), needed[String(type)] ?? {}) },
          ]),
        ),
        pools: Object.fromEntries(
          names.map(name => [
            name,
            { check: name, endpoints, ...said(ofFailover(defaultsOf(formOf('pools')))) },
          ]),
        ),
        names: Object.fromEntries(
          names.map(name => [`w-${name}`, { pool: name, ...said(defaultsOf(formOf('names'))) }]),
        ),
      })
    }
    const withSerial = (text: string): string => text.replace('"soa":{}', '"soa":{"serial":1}')
    await using folder = await folderOf({
      'said/a.test.yaml': zone(true),
      'not/a.test.yaml': withSerial(zone(false)),
    })
    const load = async (path: string) => {
      const env = { TOKEN: 'correct-horse-battery-staple' }
      const { configuration, complaints } = await checkPath(path, { cwd: folder.path, env })
      assert.deepEqual(linesOf(complaints), [])
      return configuration?.zones.map(({ zone, pools, names }) => ({ nodes: zone.nodes, pools, names }))
    }
    assert.deepEqual(await load('said'), await load('not'))
  })
})

interface Form {
  readonly title?: string
  readonly default?: unknown
  readonly properties?: Readonly<Record<string, Form>>
  readonly anyOf?: readonly Form[]
}

/** All defaults of the form, as they would be written; undefined for none. */
function defaultsOf({ default: own, properties = {} }: Form): unknown {
  if (own !== undefined) return own
  const entries = Object.entries(properties)
    .map(([key, form]) => [key, defaultsOf(form)] as const)
    .filter(([, value]) => value !== undefined)
  return entries.length === 0 ? undefined : Object.fromEntries(entries)
}

function objectOf(value: unknown): object {
  return (value ?? {}) as object
}

/** Without what only other policies know. */
function ofFailover(pool: unknown): object {
  const { 'min-healthy': _, answers: __, ...rest } = objectOf(pool) as Record<string, unknown>
  return rest
}

/** Sections that both have are joined. */
function merged(a: object, b: object): object {
  const entries = Object.entries(b).map(([key, value]) => {
    const other = (a as Record<string, unknown>)[key]
    const isSection = typeof value === 'object' && !Array.isArray(value) && other !== undefined
    return [key, isSection ? { ...(other as object), ...value } : value]
  })
  return { ...a, ...Object.fromEntries(entries) }
}
