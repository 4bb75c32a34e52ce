/** What fits the terminal: widths of characters, folded lines, tables. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { stripVTControlCharacters } from 'node:util'
import fc from 'fast-check'
import { auditText } from '#cli/audit.ts'
import { historyText } from '#cli/history.ts'
import { statusText } from '#cli/status-text.ts'
import { tableLines } from '#cli/table.ts'
import { fold, terminalOf } from '#cli/terminal.ts'
import { cutTo, oneLine, padTo, splitAt, widthOf } from '#cli/text-width.ts'
import type { AuditView, PoolView, TransitionView } from '#control/view.ts'

const AT = '2026-01-01T00:00:00.000Z'

describe('characters', () => {
  const cases: readonly [string, number][] = [
    ['', 0],
    ['2001:db8::1', 11],
    ['naïve', 5],
    ['nai\u0308ve', 5],
    ['日本語', 6],
    ['한글', 4],
    ['ｆｕｌｌ', 8],
    ['…', 1],
    ['🙂', 2],
    ['👩‍👩‍👧', 2],
    ['❤\ufe0f', 2],
    ['a\u200bb', 2],
    ['𠮷', 2],
  ]
  for (const [text, width] of cases)
    it(`${JSON.stringify(text)} take ${width} columns`, () => assert.equal(widthOf(text), width))

  it('are cut, split and filled up by columns', () => {
    assert.deepEqual([cutTo('日本語', 6), cutTo('日本語', 5), cutTo('日本語', 4)], ['日本語', '日本…', '日…'])
    assert.deepEqual(splitAt('日本語', 3), ['日', '本語'])
    assert.deepEqual(splitAt('日本', 1), ['日', '本'])
    assert.equal(padTo('日', 4), '日  ')
  })

  it('that forge lines or move the cursor are spaces', () => {
    assert.equal(oneLine('a\nb\x1b[31mc\u202ed\u2028e'), 'a b [31mc d e')
  })
})

describe('a folded text', () => {
  it('is never wider than there is room, and loses nothing', () => {
    const words = fc.array(
      fc
        .string({ unit: 'grapheme', minLength: 1, maxLength: 30 })
        .map(word => oneLine(word).replaceAll(/\s/g, '')),
    )
    fc.assert(
      fc.property(words, fc.integer({ min: 4, max: 60 }), (list, columns) => {
        const text = list.filter(word => word !== '').join(' ')
        const lines = fold(text, columns, '  ')
        for (const line of lines) assert.ok(widthOf(line) <= columns, `${line} ${columns}`)
        assert.equal(lines.join('').replaceAll(' ', ''), text.replaceAll(' ', ''))
      }),
    )
  })
})

describe('a table', () => {
  const rows = [
    [
      'primary',
      '2001:db8:1111:2222:3333:4444:5555:6666',
      'down',
      'fail: status 503 Service Unavailable, 1 s ago',
    ],
    ['backup', '192.0.2.1', 'up', ''],
  ]
  const at = (columns: number): string[] => tableLines(rows, { columns, colour: false })

  it('has its last column beside the others where there is room', () => {
    assert.deepEqual(at(85), [
      'primary  2001:db8:1111:2222:3333:4444:5555:6666  down  fail: status 503 Service',
      '                                                       Unavailable, 1 s ago',
      'backup   192.0.2.1                               up',
    ])
  })

  it('else below', () => {
    assert.deepEqual(at(60), [
      'primary  2001:db8:1111:2222:3333:4444:5555:6666  down',
      '  fail: status 503 Service Unavailable, 1 s ago',
      'backup   192.0.2.1                               up',
    ])
  })

  it('else one cell behind the other', () => {
    assert.deepEqual(at(45), [
      'primary',
      '  2001:db8:1111:2222:3333:4444:5555:6666',
      '  down',
      '  fail: status 503 Service Unavailable, 1 s',
      '  ago',
      'backup  192.0.2.1  up',
    ])
  })

  it('with an address in pieces only where a line cannot hold it', () => {
    assert.deepEqual(at(30).slice(0, 3), ['primary', '  2001:db8:1111:2222:3333:4444', '  :5555:6666  down'])
  })

  it('is even with wide characters', () => {
    const text = tableLines(
      [
        ['日本', 'x', ''],
        ['ab', 'x', ''],
      ],
      { columns: 80, colour: false },
    )
    assert.deepEqual(text, ['日本  x', 'ab    x'])
  })
})

describe('no line of status, history and audit is wider than the terminal', () => {
  const name = fc.string({ unit: 'grapheme', maxLength: 40 })
  const word = fc.oneof(
    name,
    fc.constantFrom('日本語の理由', 'new disks', '2001:db8:1111:2222:3333:4444:5555:6666', 'a'.repeat(90)),
  )

  it('whatever servers say', () => {
    fc.assert(
      fc.property(
        word,
        word,
        word,
        fc.integer({ min: 20, max: 160 }),
        fc.boolean(),
        (a, b, c, columns, colour) => {
          const terminal = { columns, colour }
          const texts = [
            statusText([poolOf(a, b, c)], [], terminal),
            historyText([transitionOf(a, b, c)], terminal),
            auditText([auditOf(a, b, c)], terminal),
          ]
          for (const line of texts.join('').split('\n'))
            assert.ok(
              widthOf(stripVTControlCharacters(line)) <= columns,
              `${JSON.stringify(line)} in ${columns}`,
            )
        },
      ),
    )
  })

  it('and it tells the same in colours and without', () => {
    const pool = poolOf('www', '2001:db8::1', 'status 503')
    const coloured = statusText([pool], [], { columns: 80, colour: true })
    assert.equal(stripVTControlCharacters(coloured), statusText([pool], [], { columns: 80, colour: false }))
    assert.ok(coloured.includes('\x1b[31mdown'))
  })
})

it('colours are for terminals, unless they are not wanted', () => {
  const stream = (isTTY: boolean, columns?: number) => ({ isTTY, columns }) as unknown as NodeJS.WriteStream
  assert.deepEqual(terminalOf(stream(true, 66), {}), { columns: 66, colour: true })
  assert.deepEqual(terminalOf(stream(true, 66), { NO_COLOR: '1' }), { columns: 66, colour: false })
  assert.deepEqual(terminalOf(stream(true, 66), { NO_COLOR: '' }), { columns: 66, colour: true })
  assert.deepEqual(terminalOf(stream(true, 66), {}, false), { columns: 66, colour: false })
  assert.deepEqual(terminalOf(stream(false), {}), { columns: 120, colour: false })
  assert.deepEqual(terminalOf(stream(true, 0), {}), { columns: 120, colour: true })
})

describe('the audit', () => {
  it('is a table: when, who, from where, what, what became of it and why', () => {
    const entries: AuditView[] = [
      auditOf('www/primary', 'drained until noon', 'disks'),
      {
        ...auditOf('', 'the configuration has 2 errors', ''),
        action: 'reload',
        result: 'refused',
        claim: 'bob',
      },
    ]
    assert.equal(
      auditText(entries, { columns: 160, colour: false }),
      `2026-01-01 00:00:00Z  alice  192.0.2.7  override www/primary  done     drained until noon (disks)
2026-01-01 00:00:00Z  alice  192.0.2.7  reload                refused  the configuration has 2 errors, says to be bob
`,
    )
  })
})

function poolOf(name: string, address: string, why: string): PoolView {
  return {
    zone: 'a.test',
    pool: name,
    policy: 'failover',
    names: [{ name: `${name}.a.test`, ttl: 30, ttlMin: 5, ttlNow: {} }],
    selections: [
      {
        family: 'ipv6',
        mode: 'all-down',
        endpoints: [name],
        addresses: [address, address],
        reason: { kind: 'first' } as never,
        why,
        since: AT,
      },
    ],
    overrides: [{ kind: 'drain', endpoint: name, reason: why, author: why, expires: AT, volatile: false }],
    endpoints: [
      {
        name,
        addresses: [
          {
            address,
            family: 'ipv6',
            verdict: 'down',
            passes: 0,
            fails: 3,
            selected: true,
            lastOutcome: { kind: 'fail', reason: 'status', detail: why, latencyMs: 3, at: AT },
          },
        ],
      },
    ],
  }
}

function transitionOf(pool: string, address: string, why: string): TransitionView {
  return {
    at: AT,
    kind: 'verdict',
    zone: 'a.test',
    pool,
    endpoint: 'a',
    address,
    from: 'up',
    to: 'down',
    why,
    reason: {},
  }
}

function auditOf(target: string, detail: string, reason: string): AuditView {
  return {
    at: AT,
    action: 'override',
    target,
    actor: 'alice',
    client: '192.0.2.7',
    reason,
    result: 'done',
    detail,
  }
}
