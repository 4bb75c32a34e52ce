/** Whatever happens in whatever order: what is answered is what is selected, and nobody who is down while another is up. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import fc from 'fast-check'
import { FAMILIES } from '#base/address.ts'
import type { Generation } from '#control/generation.ts'
import { ANSWER_TYPE, plainName } from '#control/plan.ts'
import type { PoolState } from '#control/pool-state.ts'
import { typeToText } from '#wire/types.ts'
import { World } from './world.ts'
import { WEB, zones, zoneText } from './zones.ts'

const HOST = WEB.replace('{ ', '{ host: shared.test, ')
const OTHER = HOST.replace('port: 80', 'port: 81')
const ADDRESSES = ['192.0.2.1', '192.0.2.2', '192.0.2.3', '2001:db8::1', '2001:db8::2'] as const
const [ONE, TWO, THREE, SIX_ONE, SIX_TWO] = ADDRESSES

/** Pools grow, shrink, share addresses, rename their endpoints and lose a family. */
const SHAPES = [
  { www: { a: [ONE, SIX_ONE], b: [TWO, SIX_TWO], c: [THREE] }, api: { x: [THREE], y: [ONE] } },
  { www: { a: [ONE], b: [TWO] }, api: { x: [THREE, TWO], y: [ONE, SIX_ONE] } },
  { www: { b: [ONE, SIX_TWO], a: [TWO, THREE] }, api: { x: [SIX_ONE], z: [TWO] } },
  { www: { c: [THREE, TWO, ONE, SIX_ONE, SIX_TWO] }, api: { y: [ONE], x: [THREE] } },
] as const

const action = fc.oneof(
  {
    weight: 20,
    arbitrary: fc.record({
      kind: fc.constantFrom('pass', 'fail', 'fail', 'inconclusive'),
      address: fc.constantFrom(...ADDRESSES),
      times: fc.integer({ min: 1, max: 3 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('wait'), ms: fc.integer({ min: 1, max: 20_000 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom('reload', 'adopt'),
      shape: fc.nat({ max: SHAPES.length - 1 }),
      check: fc.constantFrom(HOST, HOST, OTHER),
    }),
  },
) as fc.Arbitrary<Action>

type Action =
  | {
      readonly kind: 'pass' | 'fail' | 'inconclusive'
      readonly address: string
      readonly times: number
    }
  | { readonly kind: 'wait'; readonly ms: number }
  /** `adopt` keeps the old board in use until the next `reload`. */
  | { readonly kind: 'reload' | 'adopt'; readonly shape: number; readonly check: string }

/** Gives the newest generation if it is another one now. */
async function perform(world: World, zone: string, action: Action): Promise<Generation | undefined> {
  switch (action.kind) {
    case 'wait':
      await world.clock.advance(action.ms)
      return undefined
    case 'reload':
    case 'adopt': {
      const pools = SHAPES[action.shape]
      const text = zoneText({ zone, checks: { web: action.check }, ...(pools && { pools }) })
      const generation = await world.adopt({ 'a.test.yaml': text })
      if (action.kind === 'reload') {
        world.answerFrom(generation)
        world.generations.keepOnly(generation)
      }
      return generation
    }
    default:
      if (world.judging.targets.some(({ address }) => address === action.address))
        world.outcomes(action.address, ...Array(action.times).fill(action.kind))
      return undefined
  }
}

function checkAnswers(world: World, generation: Generation): void {
  for (const pool of world.judging.pools) {
    for (const family of FAMILIES) {
      for (const name of pool.names) {
        const question = `${plainName(name.name)} ${typeToText(ANSWER_TYPE[family])}`
        const { rcode, addresses, ttl = -1 } = world.ask(question, generation)
        const selected = pool.selection(family)?.addresses.map(({ text }) => text) ?? []
        assert.deepEqual({ question, rcode, addresses }, { question, rcode: 'NOERROR', addresses: selected })
        assert.ok(ttl >= name.ttlMinSeconds && ttl <= name.ttlSeconds, `${question}: TTL ${ttl}`)
        checkUsable(pool, addresses)
      }
    }
  }
}

/** None of the addresses is down while another of the pool is up, and all of them are the pool's. */
function checkUsable(pool: PoolState, answered: readonly string[]): void {
  const all = pool.pool.endpoints.flatMap(endpoint => endpoint.addresses)
  const verdicts = new Map(all.map(address => [address.text, pool.stateOf(address)?.verdict]))
  const someUp = [...verdicts.values()].includes('up')
  for (const text of answered) {
    const verdict = verdicts.get(text)
    assert.ok(verdict !== undefined, `${text} is not of the pool`)
    assert.ok(!someUp || verdict !== 'down', `${text} is down, and another is up`)
  }
}

it('any outcomes and reloads', { timeout: 60_000 }, async () => {
  await using world = await World.begin(zones())
  let run = 0
  await fc.assert(
    fc.asyncProperty(fc.array(action, { maxLength: 40 }), async actions => {
      // A zone of another name has neither verdicts nor selections from the run before.
      const zone = `z${run++}.test`
      await perform(world, zone, { kind: 'reload', shape: 0, check: HOST.replace('80', '82') })
      let newest = await perform(world, zone, { kind: 'reload', shape: 0, check: HOST })
      for (const one of actions) {
        newest = (await perform(world, zone, one)) ?? newest
        assert.ok(newest !== undefined)
        checkAnswers(world, newest)
      }
    }),
    { numRuns: 60 },
  )
})
