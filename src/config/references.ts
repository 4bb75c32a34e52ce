/** `references:` of the settings: what is up when this node's network is. */
import { z } from 'zod'
import type { CheckTiming } from '#health/timing.ts'
import type { Reference } from './configuration.ts'
import { refine, socketAddr } from './values.ts'
import { show } from './words.ts'
import { writtenAs } from './written.ts'

const MAX_REFERENCES = 16
/** One pass or fail decides: what is asked is whether anything has come back. */
const TIMING: CheckTiming = { intervalMs: 10_000, fastIntervalMs: 1000, timeoutMs: 2000, rise: 1, fall: 1 }

/** `tcp://192.0.2.1:53`. */
const reference: z.ZodType<Reference> = writtenAs(
  refine(z.string(), text => {
    const written = /^tcp:\/\/(.+)$/.exec(text)?.[1]
    const parsed = written === undefined ? undefined : socketAddr.safeParse(written)
    if (parsed?.success !== true || parsed.data.port === 0)
      return {
        problem: `${show(text)} is not a reference such as tcp://192.0.2.1:53: an address and a port that answer when this node's network works`,
      }
    const { address, port } = parsed.data
    return { value: { name: text, address, spec: { type: 'tcp', port }, timing: TIMING } }
  }),
  { type: 'string', pattern: '^tcp://.+:[0-9]{1,5}$' },
)

export const referenceList: z.ZodType<Reference[]> = refine(
  z.array(reference).min(1).max(MAX_REFERENCES),
  all => {
    const twice = all.find(({ name }, index) => all.findIndex(other => other.name === name) !== index)
    return twice === undefined ? { value: all } : { problem: `${twice.name} is here twice` }
  },
)
