import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { FAMILIES, type Family } from '#base/address.ts'
import type { Verdict } from '#health/verdict.ts'
import { addressesOf, type Pool } from '#steering/pool.ts'
import type { Selections } from '#steering/select.ts'
import { address, poolOf, selectBy, verdictsOf } from './pools.ts'

const SIGNS = { U: 'up', D: 'down', '?': 'unknown' } as const

const THREE = poolOf({ primary: ['192.0.2.1'], second: ['192.0.2.2'], third: ['192.0.2.3'] })

/** Verdicts of primary, second and third, as in `UD?`. */
function signs(text: string) {
  const verdicts = Array.from(text, (sign, i) => [`192.0.2.${i + 1}`, SIGNS[sign as keyof typeof SIGNS]])
  return verdictsOf(Object.fromEntries(verdicts) as Record<string, Verdict>)
}

describe('primary, second, third; U up, D down, ? unknown', () => {
  //               in service | verdicts | selected | reason
  const table: readonly (readonly [string, string, string, string])[] = [
    // The first selection is the first endpoint that is not down: a first start answers at once.
    ['nothing', '???', 'primary', 'initial'],
    ['nothing', '?UU', 'primary', 'initial'],
    ['nothing', 'UUU', 'primary', 'initial'],
    ['nothing', 'D?U', 'second', 'initial'],
    ['nothing', 'DDU', 'third', 'initial'],
    ['nothing', 'DDD', 'all-down', 'all-down'],
    // The one in service stays while it is not down.
    ['primary', 'UUU', 'primary', 'initial'],
    ['primary', '?UU', 'primary', 'initial'],
    // When it is down the best of the others takes over: one that is up before one that is unknown.
    ['primary', 'DUU', 'second', 'failover'],
    ['primary', 'D?U', 'third', 'failover'],
    ['primary', 'D??', 'second', 'failover'],
    ['primary', 'DDU', 'third', 'failover'],
    ['primary', 'DDD', 'all-down', 'all-down'],
    ['second', 'DDU', 'third', 'failover'],
    ['second', '?DD', 'primary', 'failover'],
    // Failback: auto. A preferred endpoint takes over as soon as it is up, and not while it is unknown.
    ['second', 'UUU', 'primary', 'failback'],
    ['second', '?UU', 'second', 'initial'],
    ['second', 'DUU', 'second', 'initial'],
    ['third', 'DUU', 'second', 'failback'],
    ['third', '?UU', 'second', 'failback'],
    ['third', '??U', 'third', 'initial'],
    ['third', '???', 'third', 'initial'],
    // After all were down, whatever is usable is served, one that is up first.
    ['all-down', 'DDU', 'third', 'recovery'],
    ['all-down', '?DU', 'third', 'recovery'],
    ['all-down', 'D?D', 'second', 'recovery'],
    ['all-down', 'DDD', 'all-down', 'all-down'],
  ]

  /** The selection that leaves the named endpoint in service. */
  function before(inService: string): Selections {
    if (inService === 'nothing') return {}
    if (inService === 'all-down') return selectBy(THREE, signs('DDD'), {})
    const others = Array.from(THREE.endpoints, ({ name }) => (name === inService ? 'U' : 'D')).join('')
    return selectBy(THREE, signs(others), {})
  }

  for (const [inService, verdicts, selected, reason] of table) {
    it(`${inService.padEnd(8)} | ${verdicts} | ${selected.padEnd(8)} | ${reason}`, () => {
      const { ipv4, ipv6 } = selectBy(THREE, signs(verdicts), before(inService))
      assert.ok(ipv4)
      assert.equal(ipv6, undefined, 'a family without addresses has no selection')
      assert.equal(ipv4.mode, selected === 'all-down' ? 'all-down' : 'serving')
      assert.deepEqual(ipv4.endpoints, [selected === 'all-down' ? 'primary' : selected])
      assert.equal(ipv4.reason.kind, reason)
      if ('from' in ipv4.reason) assert.equal(ipv4.reason.from, inService)
    })
  }
})

describe('the families', () => {
  const dual = poolOf({ primary: ['192.0.2.1', '2001:db8::1'], backup: ['192.0.2.2', '2001:db8::2'] })

  function select(verdicts: Readonly<Record<string, Verdict>>, pool: Pool = dual, current: Selections = {}) {
    return selectBy(pool, verdictsOf(verdicts), current)
  }

  it('are judged each by itself: A and AAAA may come from different endpoints', () => {
    const { ipv4, ipv6 } = select({ '2001:db8::1': 'down' })
    assert.deepEqual([ipv4?.endpoints, ipv6?.endpoints], [['primary'], ['backup']])
  })

  it('NODATA where one has no usable endpoint while the other has: not a dead address', () => {
    const { ipv4, ipv6 } = select({ '2001:db8::1': 'down', '2001:db8::2': 'down' })
    assert.equal(ipv4?.mode, 'serving')
    assert.deepEqual([ipv6?.mode, ipv6?.addresses, ipv6?.reason.kind], ['none', [], 'family-down'])
  })

  it('all-down only when no family has any: then the primary in both', () => {
    const { ipv4, ipv6 } = select({
      '192.0.2.1': 'down',
      '192.0.2.2': 'down',
      '2001:db8::1': 'down',
      '2001:db8::2': 'down',
    })
    assert.deepEqual([ipv4?.mode, ipv6?.mode], ['all-down', 'all-down'])
    assert.deepEqual(ipv6?.addresses, [address('2001:db8::1')])
    assert.deepEqual(ipv4?.reason, { kind: 'all-down', rule: 'primary' })
  })

  it('all-down serves the first endpoint that has the family', () => {
    const pool = poolOf({ primary: ['192.0.2.1'], backup: ['2001:db8::2'] })
    const { ipv6 } = select({ '192.0.2.1': 'down', '2001:db8::2': 'down' }, pool)
    assert.deepEqual([ipv6?.mode, ipv6?.endpoints], ['all-down', ['backup']])
  })

  it('recover from NODATA', () => {
    const down = select({ '2001:db8::1': 'down', '2001:db8::2': 'down' })
    const { ipv6 } = select({ '2001:db8::1': 'down' }, dual, down)
    assert.deepEqual([ipv6?.endpoints, ipv6?.reason.kind], [['backup'], 'recovery'])
  })
})

describe('an endpoint with several addresses', () => {
  const pool = poolOf({ primary: ['192.0.2.1', '192.0.2.2', '192.0.2.3'], backup: ['192.0.2.9'] })

  it('is served by those that are best: up before unknown, and never down', () => {
    const texts = (verdicts: Readonly<Record<string, Verdict>>) =>
      selectBy(pool, verdictsOf(verdicts), {}).ipv4?.addresses.map(({ text }) => text)
    assert.deepEqual(texts({ '192.0.2.1': 'unknown', '192.0.2.2': 'down' }), ['192.0.2.3'])
    assert.deepEqual(texts({ '192.0.2.1': 'unknown', '192.0.2.2': 'down', '192.0.2.3': 'unknown' }), [
      '192.0.2.1',
      '192.0.2.3',
    ])
  })

  it('is not left while one of them is up, and says why its answer changes', () => {
    const first = selectBy(pool, verdictsOf({}), {})
    const { ipv4 } = selectBy(pool, verdictsOf({ '192.0.2.1': 'down' }), first)
    assert.deepEqual([ipv4?.endpoints, ipv4?.reason], [['primary'], { kind: 'addresses' }])
  })
})

const verdict = fc.constantFrom<Verdict>('up', 'down', 'unknown')

/** One to four endpoints, each with up to two addresses in each family. */
const pool: fc.Arbitrary<Pool> = fc
  .array(
    fc.record({ ipv4: fc.nat(2), ipv6: fc.nat(2) }).filter(({ ipv4, ipv6 }) => ipv4 + ipv6 > 0),
    { minLength: 1, maxLength: 4 },
  )
  .map(sizes =>
    poolOf(
      Object.fromEntries(
        sizes.map(({ ipv4, ipv6 }, i) => [
          `endpoint-${i}`,
          [
            ...Array.from({ length: ipv4 }, (_, j) => `192.0.2.${i * 2 + j + 1}`),
            ...Array.from({ length: ipv6 }, (_, j) => `2001:db8::${i * 2 + j + 1}`),
          ],
        ]),
      ),
    ),
  )

/** What the verdicts are, time after time; each address has one for each time. */
const histories = fc.array(fc.array(verdict, { minLength: 16, maxLength: 16 }), {
  minLength: 1,
  maxLength: 8,
})

function verdictAt(given: Pool, list: readonly Verdict[]) {
  const texts = given.endpoints.flatMap(endpoint => endpoint.addresses.map(({ text }) => text))
  return verdictsOf(Object.fromEntries(texts.map((text, i) => [text, list[i] ?? 'up'])))
}

describe('for every pool and every history of verdicts', () => {
  /** Looks at each selection with what was before it. */
  function each(
    look: (now: {
      pool: Pool
      family: Family
      verdictOf: ReturnType<typeof verdictsOf>
      before: Selections
      after: Selections
    }) => void,
  ): void {
    fc.assert(
      fc.property(pool, histories, (given, history) => {
        let before: Selections = {}
        for (const list of history) {
          const verdictOf = verdictAt(given, list)
          const after = selectBy(given, verdictOf, before)
          for (const family of FAMILIES) look({ pool: given, family, verdictOf, before, after })
          before = after
        }
      }),
    )
  }

  it('none that is down is served while one that is not down exists in any family', () => {
    each(({ pool: given, family, verdictOf, after }) => {
      const someUsable = given.endpoints.some(({ addresses }) =>
        addresses.some(each => verdictOf(each) !== 'down'),
      )
      const served = after[family]?.addresses ?? []
      if (someUsable) assert.ok(served.every(each => verdictOf(each) !== 'down'))
    })
  })

  it('a family is NODATA only if all of it is down, and never when the pool is all down', () => {
    each(({ pool: given, family, verdictOf, after }) => {
      const all = given.endpoints.flatMap(endpoint => addressesOf(endpoint, family))
      const selection = after[family]
      assert.equal(selection === undefined, all.length === 0)
      if (selection === undefined) return
      const allDown = all.every(each => verdictOf(each) === 'down')
      assert.equal(selection.mode !== 'serving', allDown)
      assert.equal(selection.addresses.length === 0, selection.mode === 'none')
      assert.ok(selection.addresses.every(each => each.family === family))
      const otherUsable = given.endpoints.some(({ addresses }) =>
        addresses.some(each => verdictOf(each) !== 'down'),
      )
      assert.equal(selection.mode === 'all-down', allDown && !otherUsable)
    })
  })

  it('one in service is left only if it is down, or for one that is preferred and up', () => {
    each(({ pool: given, family, verdictOf, before, after }) => {
      const [old, now] = [before[family], after[family]]
      if (old?.mode !== 'serving' || now?.mode !== 'serving' || old.endpoints[0] === now.endpoints[0]) return
      const names = given.endpoints.map(({ name }) => name)
      const bestOf = (name: string | undefined) => {
        const found = given.endpoints.find(endpoint => endpoint.name === name)
        const verdicts = found === undefined ? [] : addressesOf(found, family).map(verdictOf)
        return (['up', 'unknown', 'down'] as const).find(each => verdicts.includes(each))
      }
      if (bestOf(old.endpoints[0]) === 'down') return
      assert.ok(names.indexOf(now.endpoints[0] ?? '') < names.indexOf(old.endpoints[0] ?? ''))
      assert.equal(bestOf(now.endpoints[0]), 'up')
    })
  })

  it('what does not change keeps its object, and asking twice changes nothing', () => {
    each(({ pool: given, family, verdictOf, before, after }) => {
      assert.equal(selectBy(given, verdictOf, after)[family], after[family])
      const [old, now] = [before[family], after[family]]
      if (old === undefined || now === undefined || old === now) return
      const shown = ({ mode, endpoints, addresses }: typeof old) =>
        JSON.stringify([mode, endpoints, addresses.map(({ text }) => text)])
      assert.notEqual(shown(now), shown(old))
    })
  })

  it('the verdicts of one family move nothing in the other, while both have a usable endpoint', () => {
    fc.assert(
      fc.property(
        pool,
        histories,
        fc.array(verdict, { minLength: 16, maxLength: 16 }),
        (given, [list], other) => {
          const verdictOf = verdictAt(given, list ?? [])
          const mixed = verdictAt(given, other)
          const both = (each: Parameters<typeof verdictOf>[0]) =>
            each.family === 'ipv4' ? verdictOf(each) : mixed(each)
          const usable = given.endpoints.some(endpoint =>
            addressesOf(endpoint, 'ipv4').some(each => verdictOf(each) !== 'down'),
          )
          if (!usable) return
          assert.deepEqual(selectBy(given, both, {}).ipv4, selectBy(given, verdictOf, {}).ipv4)
        },
      ),
    )
  })
})
