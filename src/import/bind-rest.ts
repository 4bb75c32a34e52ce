/** What BIND is told beside its zones, and what becomes of it. */
import type { Findings, Grade } from './findings.ts'
import { argumentsOf, type ConfStatement, keyOf } from './named-conf.ts'

interface Fate {
  readonly grade: Grade
  readonly became: string
  /** Words with which the statement says nothing. */
  readonly unless?: RegExp
}

const EVERYBODY = 'everybody may ask: there are no such lists here'
const TRANSFERS =
  'there are no zone transfers: give the files to the other servers by other means, or run Understudy there'
const UPDATES =
  'there are no dynamic updates: whoever made them changes the file, or a health check does what they were for'
const UNSIGNED =
  'the zone is not signed: take its DS records out of the parent before it is moved, and wait until they have expired'
const RECURSION = 'there is no recursion: clients that are to be resolved for need another server'
const SECURE_TRANSPORT = 'DNS is answered over UDP and TCP alone'
const RESOLVER = 'is for resolvers'
const SETTINGS = 'stands in understudy.yaml here'

const lost = (became: string, unless?: RegExp): Fate => ({
  grade: 'lost',
  became,
  ...(unless === undefined ? {} : { unless }),
})
const note = (became: string): Fate => ({ grade: 'note', became })

/** Of `options`, views and zones. */
const OPTIONS: Readonly<Record<string, Fate>> = {
  'allow-query': lost(EVERYBODY, /^any$/),
  'allow-query-on': lost(EVERYBODY, /^any$/),
  blackhole: lost(EVERYBODY, /^none$/),
  'match-clients': lost(EVERYBODY, /^any$/),
  'match-destinations': lost(EVERYBODY, /^any$/),
  'match-recursive-only': lost(EVERYBODY, /^no$/),
  'allow-transfer': lost(TRANSFERS, /^none$/),
  'also-notify': lost(TRANSFERS, /^$/),
  notify: note('nobody is notified, since there are no zone transfers'),
  'allow-update': lost(UPDATES, /^none$/),
  'allow-update-forwarding': lost(UPDATES, /^none$/),
  'update-policy': lost(UPDATES),
  'dnssec-policy': lost(UNSIGNED, /^(none|insecure)$/),
  'inline-signing': lost(UNSIGNED, /^no$/),
  'auto-dnssec': lost(UNSIGNED, /^off$/),
  'key-directory': note('keys are not read'),
  recursion: lost(RECURSION, /^no$/),
  'allow-recursion': lost(RECURSION, /^none$/),
  'allow-query-cache': note(RESOLVER),
  forward: note(RESOLVER),
  forwarders: lost(RECURSION, /^$/),
  'dnssec-validation': note(RESOLVER),
  'response-policy': lost('there are no response policies'),
  'catalog-zones': lost('there are no catalog zones'),
  dns64: lost('addresses are answered as they are'),
  sortlist: lost('the order of addresses does not depend on the client'),
  'rrset-order': { grade: 'changed', became: 'the order in which records are answered is another' },
  'rate-limit': {
    grade: 'changed',
    became: `limits are others, and on from the start: rate-limit ${SETTINGS}`,
  },
  directory: note('has been used for the names of files'),
  'listen-on': note(`listen.dns ${SETTINGS}`),
  'listen-on-v6': note(`listen.dns ${SETTINGS}`),
  version: note(`reveal.version ${SETTINGS}`),
  hostname: note(`reveal.id ${SETTINGS}`),
  'server-id': note(`node ${SETTINGS}`),
  'minimal-responses': note(`minimal-responses ${SETTINGS}`),
  'cookie-secret': note(`cookies.secrets-file ${SETTINGS}`),
  'tcp-clients': note(`tcp.connections ${SETTINGS}`),
  querylog: note(`query-log ${SETTINGS}`),
  'masterfile-style': note('the file is kept as it is'),
  'max-zone-ttl': note('TTLs are kept as they are'),
  'zone-statistics': note('see /metrics'),
}

/** Outside of them. */
const STATEMENTS: Readonly<Record<string, Fate>> = {
  acl: note('is of use for what is reported by itself'),
  key: note('keys are not read'),
  primaries: note('there are no zone transfers'),
  masters: note('there are no zone transfers'),
  'remote-servers': note('there are no zone transfers'),
  server: note('no other server is spoken to'),
  controls: note('understudy reload, status and others take the place of rndc'),
  logging: note('the log goes to standard output: log.level and log.format'),
  'statistics-channels': note('see /metrics of the admin listener'),
  'trust-anchors': note(RESOLVER),
  'trusted-keys': note(RESOLVER),
  'managed-keys': note(RESOLVER),
  'dnssec-policy': note('nothing is signed by it'),
  'key-store': note('keys are not read'),
  tls: lost(SECURE_TRANSPORT),
  http: lost(SECURE_TRANSPORT),
  plugin: lost('there are no plugins'),
  dyndb: lost('zones that are in no file are left out'),
  dlz: lost('zones that are in no file are left out'),
  template: note('is not read: zones that use it have no type'),
}

/** Whether BIND has such a statement outside of all blocks. */
export function isKnownStatement(statement: ConfStatement): boolean {
  return Object.hasOwn(STATEMENTS, keyOf(statement))
}

/** @param of as in `zone example.com`; undefined outside of all blocks */
export function reportStatement(statement: ConfStatement, of: string | undefined, findings: Findings): void {
  const key = keyOf(statement)
  const known = of === undefined ? STATEMENTS : OPTIONS
  const fate = (Object.hasOwn(known, key) ? known[key] : undefined) ?? note('is not carried over')
  if (fate.unless?.test(argumentsOf(statement)) === true) {
    findings.field(key, 'nothing: it is so here too')
    return
  }
  const what = of === undefined ? key : `${key} of ${of}`
  findings[fate.grade](what, fate.became, statement.input.at(statement.offset))
}
