/** The health check `icmp`. */
import { z } from 'zod'
import { checkKind } from './check-kind.ts'
import { integer, refine } from './values.ts'
import { show } from './words.ts'
import { said, writtenAs } from './written.ts'

const share = z.string({
  error: ({ input }) => (typeof input === 'number' ? `${input} is no share; write ${input}%` : undefined),
})

const percentage = writtenAs(
  refine(share, written => {
    const parts = /^(\d{1,3})%$/.exec(written)
    if (parts === null) return { problem: `${show(written)} is not a share such as 50%` }
    const percent = Number(parts[1])
    return percent < 100 ? { value: percent } : { problem: `${written} is not less than 100%` }
  }),
  { type: 'string', pattern: '^[0-9]{1,2}%$' },
)

const ICMP_SHAPE = {
  count: said(integer(1, 100), 'Echo requests of one probe.', { default: 1 }),
  'max-loss': said(percentage, 'So many may stay without a reply; one reply must come.', { default: '0%' }),
} as const

export const ICMP_KIND = checkKind(ICMP_SHAPE, ({ source, path, section: { values }, port }) => {
  if (port !== undefined) source.complain([...path, 'port'], 'does not go with type icmp', 'key')
  return { type: 'icmp', count: values.count ?? 1, maxLossPercent: values['max-loss'] ?? 0 }
})
