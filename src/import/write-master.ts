/** The static records of a draft as a master file (RFC 1035 section 5). */
import { lowerCase, type Name, nameToText } from '#wire/name.ts'
import type { Entry, RecordDraft, Value, ZoneDraft } from './draft.ts'
import { relativeName } from './relative-name.ts'
import { comment } from './write-yaml.ts'

const SOA_TTL_SECONDS = 3600

/** The zone's master file; undefined where it has no static records. */
export function writeMaster(zone: ZoneDraft): string | undefined {
  const { records, origin, above } = zone
  if (records === undefined || typeof records === 'string') return records
  const lines = above.map(line => `;${comment(line)}`)
  lines.push(`$ORIGIN ${nameToText(origin)}`)
  const hasSoa = records.some(({ owner, type }) => type === 'SOA' && lowerCase(owner) === origin)
  if (!hasSoa) lines.push(...madeSoa(zone))
  for (const record of records) lines.push(recordLine(record, origin))
  return `${lines.join('\n')}\n`
}

/** What stands for the nameservers, where the source has no SOA. */
function madeSoa({ nameservers = [], origin }: ZoneDraft): string[] {
  const [first = '@'] = nameservers.map(({ key }) => key)
  const soa = `@ ${SOA_TTL_SECONDS} IN SOA ${first} hostmaster 1 7200 900 1209600 300 ; made: the source has none`
  return [soa, ...nameservers.flatMap(one => nameserverLines(one, origin))]
}

function nameserverLines({ key, value }: Entry, origin: Name): string[] {
  const addresses = scalarsOf(value).map(text => {
    const type = text.includes(':') ? 'AAAA' : 'A'
    return `${key} ${SOA_TTL_SECONDS} IN ${type} ${text}`
  })
  return [`${relativeName(origin, origin)} ${SOA_TTL_SECONDS} IN NS ${key}`, ...addresses]
}

function scalarsOf(value: Value): string[] {
  if (value.kind === 'list') return value.items.flatMap(scalarsOf)
  if (value.kind === 'scalar') return [String(value.value)]
  return value.kind === 'inline' && Array.isArray(value.value) ? value.value.map(String) : []
}

function recordLine({ owner, ttl, type, data, from }: RecordDraft, origin: Name): string {
  const line = `${relativeName(owner, origin)} ${ttl} IN ${type} ${data}`
  return from === undefined ? line : `${line} ;${comment(from)}`
}
