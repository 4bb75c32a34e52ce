/** JSON with positions: it takes what JSON.parse takes, and says where the rest is wrong. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { Complaints } from '#config/complaints.ts'
import { Input } from '#import/input.ts'
import { type Json, readJson } from '#import/json-reader.ts'

function read(text: string): { value: Json | undefined; complaints: Complaints } {
  const complaints = new Complaints()
  return { value: readJson(new Input('/a.json', 'a.json', text, complaints)), complaints }
}

/** As JSON.parse would have it. */
function plain(json: Json): unknown {
  if (json.kind === 'scalar') return json.value
  if (json.kind === 'array') return json.items.map(plain)
  return Object.fromEntries([...json.members].map(([key, { value }]) => [key, plain(value)]))
}

function parsed(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) }
  } catch {
    return undefined
  }
}

describe('readJson', () => {
  it('reads every value as JSON.parse does', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), fc.constantFrom(0, 2, '\t', '\r\n'), (value, space) => {
        const text = JSON.stringify(value, null, space === '\r\n' ? 2 : space)
        const found = read(space === '\r\n' ? text.replaceAll('\n', '\r\n') : text).value
        assert.ok(found !== undefined, text)
        assert.deepEqual(plain(found), JSON.parse(text))
      }),
    )
  })

  it('takes and refuses what JSON.parse takes and refuses, whatever is done to a text', () => {
    const change = fc.tuple(
      fc.nat(200),
      fc.nat(3),
      fc.constantFrom(
        '',
        '"',
        '{',
        '}',
        '[',
        ']',
        ',',
        ':',
        '\\',
        '0',
        '-',
        'e',
        '\n',
        '\u0001',
        'é',
        'null',
      ),
    )
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 3 }), fc.array(change, { maxLength: 3 }), (value, changes) => {
        let text = JSON.stringify(value)
        for (const [at, length, put] of changes) text = text.slice(0, at) + put + text.slice(at + length)
        const { value: found, complaints } = read(text)
        const isTwice = complaints.sorted().some(({ message }) => message.endsWith('is here twice'))
        if (!isTwice) assert.equal(found !== undefined, parsed(text) !== undefined, text)
        assert.equal(found === undefined, complaints.hasErrors)
      }),
      { numRuns: 2000 },
    )
  })

  for (const [text, message, line, column] of [
    ['{"a": 1,}', 'not JSON: expected a key in quotes, found "}"', 1, 9],
    ['{"a": 1}\n{}', 'not JSON: something comes after its end', 2, 1],
    ['{\n "a": [1, 2\n', 'not JSON: the file ends here, in the middle; is it whole?', 2, 11],
    ['{"a": 1,\n "a": 2}', 'key "a" is here twice', 2, 2],
    ['', 'is empty: there is no JSON in it', 1, 1],
    ['["a\tb"]', 'not JSON: a text goes over the end of its line, or holds a control character', 1, 4],
    ['[01]', 'not JSON: expected , or ], found "1"', 1, 3],
    ['["\\x"]', 'not JSON: \\x is no escape', 1, 3],
    ['['.repeat(70), 'nested more than 64 deep', 1, 66],
  ] as const) {
    it(`complains where it is wrong: ${JSON.stringify(text).slice(0, 40)}`, () => {
      const [first] = read(text).complaints.sorted()
      assert.deepEqual([first?.message, first?.line, first?.column], [message, line, column])
    })
  }

  it('gives the items of a long list one by one, and does not keep them', () => {
    const complaints = new Complaints()
    const text = JSON.stringify({
      a: { long: Array.from({ length: 5000 }, (_, index) => ({ index })) },
      long: 'none',
      b: [{ long: [1] }],
    })
    const items: unknown[] = []
    const parts: number[] = []
    const value = readJson(new Input('/a.json', 'a.json', text, complaints), {
      keys: ['long'],
      item: (_, item) => items.push(plain(item)),
      progress: part => parts.push(part),
    })
    assert.equal(items.length, 5000)
    assert.deepEqual(items[4999], { index: 4999 })
    assert.ok(parts.length === 5 && parts.every((part, index) => part > (parts[index - 1] ?? 0) && part < 1))
    assert.deepEqual(value === undefined ? undefined : plain(value), {
      a: { long: [] },
      long: 'none',
      b: [{ long: [1] }],
    })
  })
})
