/** The health check `dns`. */
import { z } from 'zod'
import { answerText } from '#probe/dns-answer.ts'
import type { DnsSpec } from '#probe/spec.ts'
import { parseName, ROOT } from '#wire/name.ts'
import { dataFromText } from '#wire/record-data.ts'
import { Rcode, RrType, typeFromText, typeToText } from '#wire/types.ts'
import { checkKind } from './check-kind.ts'
import { demand, readSection } from './section.ts'
import { choice, oneOrList, refine, text } from './values.ts'
import { show } from './words.ts'
import { said, section } from './written.ts'
import type { Path, YamlSource } from './yaml-source.ts'

const DNS_PORT = 53
const MAX_NAME_TEXT = 1024
const MAX_ANSWER_TEXT = 4096

/** Without the final dot; labels that hold dots cannot be asked for, and so escapes are not taken. */
const questionName = refine(text(MAX_NAME_TEXT), name => {
  if (name.includes('\\')) return { problem: `${show(name)} has an escape, which cannot be asked for` }
  const parsed = parseName(name)
  return 'error' in parsed || name === '@'
    ? { problem: `${show(name)} is not a domain name` }
    : { value: name.replace(/\.$/, '') }
})

/** Types that are asked for with a question of their own kind. */
const UNASKABLE: readonly number[] = [RrType.OPT, RrType.TSIG, RrType.TKEY, RrType.AXFR, RrType.IXFR]

const questionType = refine(text(16), written => {
  const type = typeFromText(written)
  if (type === undefined) return { problem: `${show(written)} is not a record type` }
  return UNASKABLE.includes(type) ? { problem: `${written} cannot be asked for by a check` } : { value: type }
})

const QUERY_SHAPE = {
  name: said(questionName, 'The name in full, without escapes.', { isNeeded: true }),
  type: said(questionType, 'A record type.', { default: 'A' }),
} as const

/** Those above 15 come only with EDNS, which is not asked with. */
const rcode = refine(
  choice(Object.keys(Rcode).filter(name => Rcode[name as keyof typeof Rcode] < 16)),
  written => ({ value: Rcode[written as keyof typeof Rcode] }),
)

const EXPECT_SHAPE = {
  rcode: said(oneOrList<number>(rcode), 'Response codes that pass: one or a list.', { default: 'NOERROR' }),
  answers: said(
    oneOrList(text(MAX_ANSWER_TEXT)),
    "The data of the answer's records of that type, as in a master file with names in full: all of them and no others.",
  ),
  aa: said(z.boolean(), 'Whether the answer must be authoritative.', { default: false }),
} as const

const DNS_SHAPE = {
  query: said(section(QUERY_SHAPE), 'The question.', { isNeeded: true }),
  transport: said(choice(['udp', 'tcp']), 'What it is asked over.', { default: 'udp' }),
  expect: said(section(EXPECT_SHAPE), 'What passes.'),
} as const

export const DNS_KIND = checkKind(DNS_SHAPE, ({ source, path, section, port }) => {
  const { values } = section
  demand(source, path, section, 'query')
  const query = readQuery(source, [...path, 'query'], values.query)
  return {
    type: 'dns',
    port: port ?? DNS_PORT,
    transport: values.transport ?? 'udp',
    ...query,
    ...readExpectation(source, [...path, 'expect'], values.expect, query.queryType),
  }
})

function readQuery(source: YamlSource, path: Path, written: unknown): Pick<DnsSpec, 'name' | 'queryType'> {
  if (written === undefined) return { name: '', queryType: RrType.A }
  const section = readSection(source, path, QUERY_SHAPE)
  demand(source, path, section, 'name')
  return { name: section.values.name ?? '', queryType: section.values.type ?? RrType.A }
}

type Expectation = Pick<DnsSpec, 'rcodes' | 'answers' | 'authoritative'>

function readExpectation(source: YamlSource, path: Path, written: unknown, type: number): Expectation {
  if (written === undefined) return { rcodes: [Rcode.NOERROR], authoritative: false }
  const { values } = readSection(source, path, EXPECT_SHAPE)
  const { rcode: rcodes = [Rcode.NOERROR], answers, aa: authoritative = false } = values
  if (answers === undefined) return { rcodes, authoritative }
  const at = [...path, 'answers']
  const isList = Array.isArray(source.get(at))
  const texts = answers.flatMap(
    (answer, i) => readAnswer(source, isList ? [...at, i] : at, type, answer) ?? [],
  )
  return { rcodes, authoritative, answers: texts }
}

/** Record data as a master file has it, with all names in full. */
function readAnswer(source: YamlSource, path: Path, type: number, written: string): string | undefined {
  const tokens = Array.from(written.matchAll(/"((?:[^"\\]|\\.)*)"|[^\s"]+/g), ([whole, quoted]) => ({
    text: quoted ?? whole,
    quoted: quoted !== undefined,
  }))
  const read = dataFromText(type, tokens, ROOT)
  if ('data' in read) return answerText(type, read.data)
  source.complain(path, `${show(written)} is not data of ${typeToText(type)}: ${read.error}`)
  return undefined
}
