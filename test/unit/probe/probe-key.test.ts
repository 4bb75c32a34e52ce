import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { probeKey } from '#probe/probe-key.ts'
import { httpSpec, TIMING } from './targets.ts'

const ADDRESS = '192.0.2.1'

describe('probeKey', () => {
  it('does not depend on the order in which keys were written', () => {
    const spec = httpSpec(80, { headers: { a: '1', b: '2' } })
    const turned = Object.fromEntries(Object.entries({ ...spec, headers: { b: '2', a: '1' } }).reverse())
    assert.equal(probeKey(turned as unknown as typeof spec, TIMING, ADDRESS), probeKey(spec, TIMING, ADDRESS))
  })

  it('stays the same for ever, since verdicts are stored by it', () => {
    assert.equal(probeKey({ type: 'tcp', port: 443 }, TIMING, ADDRESS), '1b368412fd06a0d50682f164f9a7efe5')
  })

  it('differs with anything that matters', () => {
    const spec = httpSpec(80)
    const keys = [
      probeKey(spec, TIMING, ADDRESS),
      probeKey(spec, TIMING, '192.0.2.2'),
      probeKey(spec, { ...TIMING, fall: 4 }, ADDRESS),
      probeKey({ ...spec, type: 'https' }, TIMING, ADDRESS),
      probeKey({ ...spec, body: 'ok' }, TIMING, ADDRESS),
      probeKey(
        {
          ...spec,
          status: [
            [200, 299],
            [404, 404],
          ],
        },
        TIMING,
        ADDRESS,
      ),
      probeKey({ ...spec, sourceAddress: '192.0.2.9' }, TIMING, ADDRESS),
    ]
    assert.equal(new Set(keys).size, keys.length)
  })
})
