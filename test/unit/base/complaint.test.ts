import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { excerptOf, formatComplaint } from '#base/complaint.ts'

const WHERE = { file: 'zones/a.yaml', line: 14, column: 5 } as const

describe('a complaint', () => {
  it('shows the line with a caret under the column', () => {
    const message = 'checks.web.timeout: 12s is not shorter than interval 10s'
    assert.equal(
      formatComplaint({ severity: 'error', ...WHERE, message, excerpt: '    timeout: 12s' }),
      `zones/a.yaml:14:5: ${message}\n      timeout: 12s\n      ^`,
    )
  })

  it('says that it is a warning', () => {
    assert.equal(
      formatComplaint({ severity: 'warning', ...WHERE, message: 'm' }),
      'zones/a.yaml:14:5: warning: m',
    )
  })

  it('of a long line has the column of the line and the caret of what is shown', () => {
    const shown = formatComplaint({
      severity: 'error',
      ...WHERE,
      column: 500,
      message: 'm',
      excerpt: 'abc',
      caret: 2,
    })
    assert.equal(shown, 'zones/a.yaml:14:500: m\n  abc\n   ^')
  })

  it('names only the file where no line is meant', () => {
    const whole = { file: 'a.yaml', line: 0, column: 0, message: 'cannot be read' }
    assert.equal(formatComplaint({ severity: 'error', ...whole }), 'a.yaml: cannot be read')
  })
})

describe('an excerpt', () => {
  it('has no control characters, at most 200 characters, and its caret at the same character', () => {
    const line = fc.string({
      unit: fc.constantFrom('a', 'b', '\t', '\x1b', '\x9b', 'ü', '\x7f'),
      maxLength: 500,
    })
    fc.assert(
      fc.property(line, fc.nat(), (text, place) => {
        const given = 1 + (place % (text.length + 1))
        const { excerpt, caret } = excerptOf(text, given)
        assert.ok(excerpt.length <= 200)
        assert.match(excerpt, /^[ abü]*$/)
        const expected = /[abü]/.exec(text[given - 1] ?? '')?.[0]
        if (expected !== undefined) assert.equal(excerpt[caret - 1], expected)
        assert.ok(caret >= 1 && caret <= 201)
      }),
    )
  })
})
