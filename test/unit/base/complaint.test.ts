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

  it('names only the file where no line is meant', () => {
    const whole = { file: 'a.yaml', line: 0, column: 0, message: 'cannot be read' }
    assert.equal(formatComplaint({ severity: 'error', ...whole }), 'a.yaml: cannot be read')
  })
})

describe('an excerpt', () => {
  it('has no control characters, at most 200 characters, and the same character at its column', () => {
    const line = fc.string({
      unit: fc.constantFrom('a', 'b', '\t', '\x1b', '\x9b', 'ü', '\x7f'),
      maxLength: 500,
    })
    fc.assert(
      fc.property(line, fc.nat(), (text, place) => {
        const given = 1 + (place % (text.length + 1))
        const { excerpt, column } = excerptOf(text, given)
        assert.ok(excerpt.length <= 200)
        assert.match(excerpt, /^[ abü]*$/)
        const expected = /[abü]/.exec(text[given - 1] ?? '')?.[0]
        if (expected !== undefined) assert.equal(excerpt[column - 1], expected)
        assert.ok(column >= 1 && column <= 201)
      }),
    )
  })
})
