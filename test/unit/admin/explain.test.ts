import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { EXPLANATION, started, world } from './helpers.ts'

describe('GET /api/v1/explain', () => {
  it('gives the explanation as it is, of type A where none is said', async () => {
    await using admin = await started(world())
    const { status, body } = await admin.ask('/api/v1/explain?name=www.lb.example.')
    assert.equal(status, 200)
    assert.deepEqual(JSON.parse(body), EXPLANATION)
    const typed = await admin.ask('/api/v1/explain?name=www.lb.example&type=type65280')
    assert.equal((JSON.parse(typed.body) as { type: string }).type, 'TYPE65280')
  })

  const BAD = {
    '': 'query.name',
    '?name=a..b': 'query.name: is no domain name: empty label',
    '?name=a&type=B': 'query.type: is no record type such as A, AAAA or TYPE65280',
    '?name=a&type=OPT': 'query.type: is no record type',
    '?name=a&client=192.0.2.0/24': 'query.client: is not supported yet',
    '?name=a&zone=b': 'query.zone: there is no such field',
  }
  for (const [query, detail] of Object.entries(BAD)) {
    it(`refuses ${query === '' ? 'nothing' : query}`, async () => {
      await using admin = await started(world())
      const { status, body } = await admin.ask(`/api/v1/explain${query}`)
      assert.equal(status, 400)
      assert.ok((JSON.parse(body) as { detail: string }).detail.startsWith(detail), body)
    })
  }
})
