/** Arbitrary valid data of each type, made by its fields, with the limits of each kind among it. */
import fc from 'fast-check'
import { fieldsOf } from '#wire/record-fields.ts'

type Bytes = fc.Arbitrary<Uint8Array>
type Kind = NonNullable<ReturnType<typeof fieldsOf>>[number]['kind']

/** Valid data of the type. */
export function arbitraryData(type: number): Bytes {
  let data: Bytes = fc.constant(new Uint8Array())
  for (const { name, kind } of fieldsOf(type) ?? []) {
    const arbitrary = name === 'gateway-type' ? gatewayType : ARBITRARIES[kind]
    data = data.chain(before => arbitrary(before).map(field => joined([before, field])))
  }
  return data
}

const letters = fc.constantFrom(...'aZ09-._*@\\"();$ \0\xff').map(char => char.charCodeAt(0))
const label = fc.oneof(some(1, 3), fc.array(letters, { minLength: 1, maxLength: 8 }), some(63, 63))
const longest = fc.tuple(some(63, 63), some(63, 63), some(63, 63), some(61, 61))
const name = fc
  .oneof(fc.array(label, { maxLength: 4 }), longest)
  .map(labels => joined([...labels.map(counted), [0]]))
  .filter(bytes => bytes.length <= 255)
const text = fc.oneof(fc.array(letters, { maxLength: 12 }).map(bytesOf), some(0, 3), some(255, 255))
const strings = fc.array(text, { minLength: 1, maxLength: 4 }).map(texts => joined(texts.map(counted)))
const bitmap = fc
  .uniqueArray(fc.nat(255), { minLength: 1, maxLength: 3 })
  .chain(windows => fc.tuple(...windows.sort((a, b) => a - b).map(window)))
  .map(joined)
const noBytes = fc.constant(new Uint8Array())

/** By kind, from what stands before the field. */
const ARBITRARIES: Readonly<Record<Kind, (before: Uint8Array) => Bytes>> = {
  name: () => name,
  'folded-name': () => name,
  'compressible-name': () => name,
  names: () => fc.array(name, { maxLength: 3 }).map(joined),
  u8: () => some(1, 1),
  u16: () => some(2, 2),
  u32: () => some(4, 4),
  duration: () => some(4, 4),
  'signature-time': () => some(4, 4),
  type: () => some(2, 2),
  algorithm: () => some(1, 1),
  'digest-type': () => some(1, 1),
  'certificate-type': () => some(2, 2),
  'tlsa-usage': () => some(1, 1),
  'tlsa-selector': () => some(1, 1),
  'tlsa-matching': () => some(1, 1),
  'dsync-scheme': () => some(1, 1),
  ipv4: () => some(4, 4),
  ipv6: () => some(16, 16),
  'half-ipv6': () => some(8, 8),
  eui48: () => some(6, 6),
  eui64: () => some(8, 8),
  string: () => text.map(counted),
  strings: () => strings,
  'long-text': () => text,
  uri: () => some(1, 300),
  'caa-tag': () => fc.stringMatching(/^[0-9A-Za-z]{1,20}$/).map(tag => counted(Buffer.from(tag))),
  hex: () => some(1, 80),
  base64: () => some(1, 80),
  'optional-base64': () => some(0, 80),
  'ds-digest': before => digest(before, { 1: 20, 2: 32, 3: 32, 4: 48 }),
  'sshfp-digest': before => digest(before, { 1: 20, 2: 32 }),
  'zonemd-digest': before => digest(before, { 1: 48, 2: 64 }),
  'nsec3-salt': () => fc.oneof(some(0, 8), some(255, 255)).map(counted),
  'nsec3-next': () => fc.oneof(some(1, 21), some(255, 255)).map(counted),
  'type-bitmap': () => bitmap,
  'optional-type-bitmap': () => fc.oneof(bitmap, noBytes),
  prefixes: () => fc.array(fc.oneof(prefix(1, 4), prefix(2, 16)), { maxLength: 4 }).map(joined),
  location: () =>
    fc.tuple(size(), size(), size(), angle(90), angle(180), some(4, 4)).map(parts => joined([[0], ...parts])),
  'ipseckey-gateway': before => [noBytes, some(4, 4), some(16, 16), name][before[1] ?? 0] ?? noBytes,
  'hip-identity': () => fc.tuple(some(1, 20), some(1, 1), some(1, 70)).map(hipIdentity),
  'svcb-params': () => fc.uniqueArray(param(), { selector: ([key]) => key, maxLength: 8 }).map(params),
}

function gatewayType(): Bytes {
  return fc.nat(3).map(type => Uint8Array.of(type))
}

function some(least: number, most: number): Bytes {
  return fc.oneof(
    fc.uint8Array({ minLength: least, maxLength: most }),
    fc.constantFrom(0, 255).map(byte => new Uint8Array(most).fill(byte)),
  )
}

function digest(before: Uint8Array, sizes: Readonly<Record<number, number>>): Bytes {
  const bytes = sizes[before.at(-1) ?? 0]
  return bytes === undefined ? some(12, 80) : some(bytes, bytes)
}

/** A window of a bitmap, its last byte not zero. */
function window(number: number): Bytes {
  return fc
    .tuple(some(0, 31), fc.integer({ min: 1, max: 255 }))
    .map(([bits, last]) => joined([[number, bits.length + 1], bits, [last]]))
}

function prefix(family: number, bytes: number): Bytes {
  return fc.tuple(fc.nat(bytes * 8), fc.boolean(), some(bytes, bytes), fc.nat(bytes)).map(parts => {
    const [length, negated, address, kept] = parts
    const part = address.subarray(0, address.subarray(0, kept).findLastIndex(byte => byte !== 0) + 1)
    return joined([[0, family, length, (negated ? 0x80 : 0) | part.length], part])
  })
}

function size(): Bytes {
  const digits = fc.tuple(fc.integer({ min: 1, max: 9 }), fc.nat(9))
  return fc
    .oneof(
      fc.constant(Uint8Array.of(0)),
      digits.map(([digit, exponent]) => [digit * 16 + exponent]),
    )
    .map(bytesOf)
}

function angle(degrees: number): Bytes {
  const limit = degrees * 3_600_000
  return fc.integer({ min: -limit, max: limit }).map(ms => {
    const bytes = new Uint8Array(4)
    new DataView(bytes.buffer).setUint32(0, 2 ** 31 + ms)
    return bytes
  })
}

function hipIdentity([tag, algorithm, key]: [Uint8Array, Uint8Array, Uint8Array]): Uint8Array {
  return joined([[tag.length], algorithm, [0, key.length], tag, key])
}

type Param = [key: number, value: Uint8Array]

/** Any parameter but `mandatory`, which `params` makes. */
function param(): fc.Arbitrary<Param> {
  const with_ = (key: number, value: Bytes): fc.Arbitrary<Param> => fc.tuple(fc.constant(key), value)
  const protocols = fc.array(text, { minLength: 1, maxLength: 3 })
  return fc.oneof(
    with_(
      1,
      protocols.map(all => joined(all.map(protocol => counted(protocol.length === 0 ? [1] : protocol)))),
    ),
    with_(2, noBytes),
    with_(3, some(2, 2)),
    with_(4, fc.array(some(4, 4), { minLength: 1, maxLength: 3 }).map(joined)),
    with_(5, some(1, 40)),
    with_(6, fc.array(some(16, 16), { minLength: 1, maxLength: 3 }).map(joined)),
    with_(
      7,
      fc.constantFrom('/q{?dns}', '/é"\\ ;/{dns}').map(path => Buffer.from(path, 'utf8')),
    ),
    with_(8, noBytes),
    fc.tuple(fc.integer({ min: 9, max: 65535 }), text),
  )
}

/** In order; every second is made mandatory, and `no-default-alpn` left out where there is no `alpn`. */
function params(all: readonly Param[]): Uint8Array {
  const hasAlpn = all.some(([key]) => key === 1)
  const kept = all.filter(([key]) => key !== 2 || hasAlpn).sort(([a], [b]) => a - b)
  const keys = kept.filter((_, i) => i % 2 === 1).flatMap(([key]) => [key >> 8, key & 255])
  const mandatory: Param[] = keys.length === 0 ? [] : [[0, bytesOf(keys)]]
  return joined(
    [...mandatory, ...kept].map(([key, value]) =>
      joined([[key >> 8, key & 255, value.length >> 8, value.length & 255], value]),
    ),
  )
}

function counted(bytes: Iterable<number>): Uint8Array {
  const all = bytesOf(bytes)
  return joined([[all.length], all])
}

function joined(parts: readonly Iterable<number>[]): Uint8Array {
  return bytesOf(parts.flatMap(part => [...part]))
}

function bytesOf(bytes: Iterable<number>): Uint8Array {
  return Uint8Array.from(bytes)
}
