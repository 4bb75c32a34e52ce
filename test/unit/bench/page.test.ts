import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sectionOf, withSection } from '../../../bench/page.ts'

const PAGE = '# Page\n\nHead.\n\n## One\n\nFirst.\n\n### Below\n\nMore.\n\n## Two\n\nSecond.\n'

test('a section goes from its heading to the next of the same level', () => {
  assert.equal(sectionOf(PAGE, 'One'), '## One\n\nFirst.\n\n### Below\n\nMore.')
  assert.equal(sectionOf(PAGE, 'Two'), '## Two\n\nSecond.')
  assert.equal(sectionOf(PAGE, 'Below'), undefined)
})

test('a section takes the place of the one with its heading, and nothing else changes', () => {
  assert.equal(withSection(PAGE, '## Two\n\nNew.'), PAGE.replace('Second.', 'New.'))
  assert.equal(withSection(PAGE, sectionOf(PAGE, 'One')), PAGE)
})

test('a new section comes last, and none leaves the page as it is', () => {
  assert.equal(withSection(PAGE, '## Three\n\nThird.'), `${PAGE}\n## Three\n\nThird.\n`)
  assert.equal(withSection(PAGE, undefined), PAGE)
})
