/** The kinds of values that a configuration is made of, each with words for what is wrong with one. */
import { isIP } from 'node:net'
import { z } from 'zod'
import { type Address, isUnicast, parseAddress, parseSocketAddr, type SocketAddr } from '#base/address.ts'
import { formatDuration, parseDuration } from '#base/duration.ts'
import { didYouMean } from './nearest.ts'
import { oneOf, show } from './words.ts'
import { formOf, writtenAs } from './written.ts'

const IPV4 = '(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])(\\.(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])){3}'
const IPV6 = '[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*'
const ADDRESS_FORM = { type: 'string', pattern: `^(${IPV4}|${IPV6})$` } as const
const DURATION_FORM = { type: 'string', pattern: '^([0-9]+(\\.[0-9]+)?(ms|[smhdw]))+$' } as const
const HOST_LABEL = '[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?'

/** Of names that end up in metrics, paths and commands. */
export const NAME_FORM = {
  type: 'string',
  pattern: '^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$',
  maxLength: 63,
} as const

/** Milliseconds from a text such as `1m30s`, within limits in milliseconds. */
export function duration(min: number, max: number): z.ZodType<number> {
  return writtenAs(
    refine(durationText, text => readDuration(text, min, max)),
    DURATION_FORM,
  )
}

/** Whole seconds from a duration, within limits in seconds. */
export function seconds(min: number, max: number): z.ZodType<number> {
  const schema = refine(durationText, text => {
    const read = readDuration(text, min * 1000, max * 1000)
    if ('problem' in read) return read
    if (read.value % 1000 === 0) return { value: read.value / 1000 }
    return { problem: `${text} is not a whole number of seconds` }
  })
  return writtenAs(schema, DURATION_FORM)
}

const durationText = z.string({
  error: ({ input }) => (typeof input === 'number' ? noUnit(input) : undefined),
})

function readDuration(text: string, min: number, max: number): Refined<number> {
  if (/^\d+(\.\d+)?$/.test(text)) return { problem: noUnit(text) }
  const value = parseDuration(text)
  if (value === undefined) return { problem: `${show(text)} is not a duration such as 10s, 1m30s or 500ms` }
  if (value < min) return { problem: `${text} is shorter than ${formatDuration(min)}` }
  return value > max ? { problem: `${text} is longer than ${formatDuration(max)}` } : { value }
}

export function integer(min: number, max: number): z.ZodType<number> {
  return z.int().min(min).max(max)
}

/** One of the words; those of `later` are of a version to come. */
export function choice<const T extends string>(
  now: readonly T[],
  later: readonly string[] = [],
): z.ZodType<T> {
  const text = z.string({ error: ({ input }) => (isMapOrList(input) ? notYet(show(input), now) : undefined) })
  const schema = refine(later.length === 0 ? z.string() : text, (value): Refined<T> => {
    if (later.includes(value)) return { problem: notYet(value, now) }
    const found = now.find(one => one === value)
    if (found !== undefined) return { value: found }
    const hint = didYouMean(value, [...now, ...later])
    return { problem: `${show(value)} is not ${oneOf([...now, ...later])}${hint}` }
  })
  return writtenAs(schema, { enum: now })
}

/** One value, or a list of at least one. */
export function oneOrList<T>(item: z.ZodType<T>): z.ZodType<T[]> {
  const list = z.array(item).min(1)
  return writtenAs(
    z.preprocess(value => (Array.isArray(value) ? value : [value]), list),
    () => ({ anyOf: [formOf(item), formOf(list)] }),
  )
}

/** Text of at most so many bytes in UTF-8, and not empty. */
export function text(maxBytes: number): z.ZodType<string> {
  const schema = refine(z.string(), value => {
    if (value === '') return { problem: 'is empty' }
    return Buffer.byteLength(value) > maxBytes ? { problem: `is longer than ${maxBytes} bytes` } : { value }
  })
  return writtenAs(schema, { type: 'string', minLength: 1, maxLength: maxBytes })
}

/** An address that can be probed and answered. */
export const address: z.ZodType<Address> = addressOr('')

/** As `address`; `hint` says where something else goes that is none. */
export function addressOr(hint: string): z.ZodType<Address> {
  const schema = z.string({
    error: ({ input }) => (typeof input === 'number' ? notAnAddress(String(input), hint) : undefined),
  })
  const read = refine(schema, text => {
    const parsed = parseAddress(text)
    if (parsed === undefined) return { problem: notAnAddress(text, hint) }
    return isUnicast(parsed) ? { value: parsed } : { problem: `${text} is not the address of one host` }
  })
  return writtenAs(read, ADDRESS_FORM)
}

/** A host name in full, in lower case and without the final dot. */
export const hostname: z.ZodType<string> = writtenAs(
  refine(z.string(), text => {
    if (looksLikeAddress(text)) return { problem: `${show(text)} is an address, not a host name` }
    const name = text.replace(/\.$/, '').toLowerCase()
    if (!isHost(name)) return { problem: `${show(text)} is not a host name` }
    return name.includes('.')
      ? { value: name }
      : { problem: `${show(text)} is not a host name in full, such as www.example.net` }
  }),
  { type: 'string', pattern: `^(${HOST_LABEL}\\.)+${HOST_LABEL}\\.?$` },
)

/** As in URLs: what ends in digits is an address, right or wrong. */
export function looksLikeAddress(text: string): boolean {
  return text.includes(':') || /(^|\.)\d+\.?$/.test(text)
}

/** `127.0.0.1:5300` or `[::1]:5300`. */
export const socketAddr: z.ZodType<SocketAddr> = writtenAs(
  refine(
    z.string({
      error: ({ input }) => (isMapOrList(input) ? 'put an address with brackets in quotes' : undefined),
    }),
    text => {
      const parsed = parseSocketAddr(text)
      if (parsed !== undefined) return { value: parsed }
      const bare = parseAddress(text)
      if (bare === undefined)
        return { problem: `${show(text)} is not an address with a port, such as 127.0.0.1:5300` }
      return {
        problem: `${text} has no port; write ${bare.family === 'ipv6' ? `"[${text}]:53"` : `${text}:53`}`,
      }
    },
  ),
  { type: 'string', pattern: `^(${IPV4}|\\[${IPV6}\\]):[0-9]{1,5}$` },
)

/** Whether the text can be sent as Host and asked for by SNI. */
export function isHost(text: string): boolean {
  if (isIP(text) !== 0) return true
  return (
    text.length <= 253 &&
    text.split('.').every(label => /^[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?$/.test(label))
  )
}

export const host: z.ZodType<string> = refine(z.string(), text =>
  isHost(text) ? { value: text } : { problem: `${show(text)} is not a host name` },
)

/** What is wrong with the name of a check, a pool or an endpoint: it ends up in metrics, paths and commands. */
export function problemOfName(name: string): string | undefined {
  if (name.length > 63) return 'a name has at most 63 characters'
  if (/^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/.test(name)) return undefined
  return `${show(name)} is not a name: letters, digits, dots, hyphens and underscores, with a letter or digit at both ends`
}

type Refined<T> = { value: T } | { problem: string }

/** The schema with one more step, which gives a value or says what the problem is. */
export function refine<A, B>(schema: z.ZodType<A>, step: (value: A) => Refined<B>): z.ZodType<B> {
  return schema.transform((value, context) => {
    const result = step(value)
    if ('value' in result) return result.value
    context.addIssue({ code: 'custom', message: result.problem })
    return z.NEVER
  })
}

function notAnAddress(text: string, hint: string): string {
  if (text.includes(':')) return `${show(text)} is not an IPv6 address`
  return looksLikeAddress(text)
    ? `${show(text)} is not an IPv4 address`
    : `${show(text)} is not an address${hint}`
}

function isMapOrList(value: unknown): boolean {
  return typeof value === 'object' && value !== null
}

function noUnit(amount: string | number): string {
  return `${amount} has no unit; write ${amount}s or ${amount}ms`
}

/** What is said of a mode that comes with a later version. */
function notYet(value: string, now: readonly string[]): string {
  return `${value} is not supported yet; use ${now.join(', ').replace(/, ([^,]+)$/, ' or $1')}`
}
