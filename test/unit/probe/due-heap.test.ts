import assert from 'node:assert/strict'
import { it } from 'node:test'
import fc from 'fast-check'
import { type Due, DueHeap } from '#probe/due-heap.ts'

const time = fc.integer({ min: 0, max: 20 })
const step = fc.oneof(
  fc.record({ kind: fc.constant('add' as const), dueMs: time }),
  fc.record({ kind: fc.constant('remove' as const), which: fc.nat() }),
  fc.record({ kind: fc.constant('move' as const), which: fc.nat(), dueMs: time }),
)

it('the first of the heap is always the earliest of all that are in it', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 100 }), steps => {
      const heap = new DueHeap<Due>()
      const model: Due[] = []
      for (const next of steps) {
        if (next.kind === 'add') {
          const item = { dueMs: next.dueMs, place: -1 }
          heap.add(item)
          model.push(item)
        } else if (model.length > 0) {
          const item = model[next.which % model.length]!
          if (next.kind === 'move') heap.move(item, next.dueMs)
          else {
            heap.remove(item)
            model.splice(model.indexOf(item), 1)
            assert.equal(item.place, -1)
          }
        }
        assert.equal(heap.size, model.length)
        const earliest = model.length === 0 ? undefined : Math.min(...model.map(item => item.dueMs))
        assert.equal(heap.first?.dueMs, earliest)
      }
    }),
  )
})
