/** How health checks are written: of each type with its own keys, so that editors offer no others. */
import type { CheckKind } from './check-kind.ts'
import { COMPOSITE_SHAPE, COMPOSITES, GENERAL_SHAPE, KINDS } from './checks.ts'
import type { Shape } from './section.ts'
import { NAME_FORM } from './values.ts'
import { type Json, mapOf, objectOf } from './written.ts'

/** Keys that the readers of some types refuse, for want of a use. */
const WITHOUT: Readonly<Record<string, readonly string[]>> = {
  http: ['verify', 'certificate-days', 'client-certificate'],
  icmp: ['port'],
  exec: ['source-address'],
}
/** Types that have no port of their own. */
const PORT_NEEDED = ['tcp', 'grpc']

/** `checks:`. */
export const checkMap = mapOf(
  () => ({ anyOf: [...Object.entries(KINDS).map(formOfKind), ...compositeForms()] }),
  {
    propertyNames: NAME_FORM,
  },
)

function formOfKind([type, { shape, ownTiming }]: [string, CheckKind]): Json {
  const without = [...(WITHOUT[type] ?? []), ...(ownTiming?.without ?? [])]
  const entries = Object.entries({ ...GENERAL_SHAPE, ...shape }).filter(([key]) => !without.includes(key))
  return ofType(type, Object.fromEntries(entries), PORT_NEEDED.includes(type) ? ['port'] : [])
}

function compositeForms(): Json[] {
  const { count: _, ...rest } = COMPOSITE_SHAPE
  return COMPOSITES.map(type =>
    type === 'at-least' ? ofType(type, COMPOSITE_SHAPE, ['count']) : ofType(type, rest, []),
  )
}

/** The type is said by one word, from which editors know which of the forms is meant. */
function ofType(type: string, shape: Shape, needed: readonly string[]): Json {
  const form = objectOf(shape) as { readonly properties: Json; readonly required: readonly string[] }
  const { description } = form.properties['type'] as Json
  return {
    ...form,
    title: type,
    properties: { ...form.properties, type: { description, enum: [type] } },
    required: [...form.required, ...needed],
  }
}
