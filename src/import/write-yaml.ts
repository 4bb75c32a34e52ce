/** A draft of a zone as YAML, with comments that say where each value came from. */
import { Document, Pair, Scalar, YAMLMap, YAMLSeq } from 'yaml'
import type { Entry, InlineValue, Value, ZoneDraft } from './draft.ts'
import { entry, map, scalar } from './draft.ts'
import { plainName, relativeName } from './relative-name.ts'

/** @param recordsFile the name of the zone's master file, where there is one */
export function writeYaml(zone: ZoneDraft, recordsFile: string | undefined): string {
  const names = zone.names.map(({ name, value, above }) =>
    entry(relativeName(name, zone.origin), value, above),
  )
  const top: Entry[] = [entry('zone', scalar(plainName(zone.origin)))]
  if (recordsFile !== undefined) top.push(entry('records', scalar(recordsFile)))
  else if (zone.nameservers !== undefined) top.push(entry('nameservers', map(...zone.nameservers)))
  for (const [key, entries] of [
    ['checks', zone.checks],
    ['pools', zone.pools],
    ['names', names],
  ] as const)
    if (entries.length > 0) top.push(entry(key, map(...entries)))
  const document = new Document(null, { version: '1.2', schema: 'core' })
  const contents = mapNode(top)
  for (const [index, { key }] of contents.items.entries()) if (index > 0) (key as Scalar).spaceBefore = true
  document.contents = contents as never
  document.commentBefore = zone.above.map(comment).join('\n')
  return document.toString({ lineWidth: 0, flowCollectionPadding: true })
}

/** A comment on one line: what it shows comes from files. */
export function comment(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is replaced
  const line = text.replace(/[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]+/g, ' ')
  return ` ${line.length > 300 ? `${line.slice(0, 300)}…` : line}`
}

type Node = Scalar | YAMLMap | YAMLSeq

function mapNode(entries: readonly Entry[]): YAMLMap {
  const node = new YAMLMap()
  for (const { key, value, above } of entries) {
    const written = new Scalar(key)
    if (above !== undefined && above.length > 0) written.commentBefore = above.map(comment).join('\n')
    node.items.push(new Pair(written, valueNode(value)))
  }
  return node
}

function valueNode(value: Value): Node {
  const node = bareNode(value)
  if (value.from !== undefined) node.comment = comment(value.from)
  return node
}

function bareNode(value: Value): Node {
  switch (value.kind) {
    case 'scalar':
      return new Scalar(value.value)
    case 'list': {
      const node = new YAMLSeq()
      node.items.push(...value.items.map(valueNode))
      return node
    }
    case 'map':
      return mapNode(value.entries)
    case 'inline':
      return inlineNode(value.value)
    default:
      return value satisfies never
  }
}

function inlineNode(value: InlineValue): Node {
  if (typeof value !== 'object') return new Scalar(value)
  if (Array.isArray(value)) {
    const node = new YAMLSeq()
    node.flow = true
    node.items.push(...value.map(inlineNode))
    return node
  }
  const node = new YAMLMap()
  node.flow = true
  for (const [key, one] of Object.entries(value)) node.items.push(new Pair(new Scalar(key), inlineNode(one)))
  return node
}
