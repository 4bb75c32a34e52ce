/** `understudy drain`, `force`, `pin`, `release` and `failback`: operators' decisions, sent to one server or several. */
import type { OperationResult } from '#control/view.ts'
import { ask, type Remote } from './api.ts'
import { author } from './reload.ts'
import { askEach, printReplies, type ServerOptions } from './servers.ts'
import { TYPES } from './status-text.ts'

/** Each server is told. */
export type OperateOptions = ServerOptions

export interface OverrideOptions extends OperateOptions {
  readonly for: string
  readonly reason?: string
  readonly force?: boolean
  readonly volatile?: boolean
}

/** Gives the exit code: 1 if any of the servers has refused or cannot be asked. */
export function setOverride(
  kind: 'drain' | 'force-up' | 'force-down' | 'pin',
  target: string,
  options: OverrideOptions,
): Promise<number> {
  const { for: lasting, reason, force = false, volatile = false } = options
  const body = {
    kind,
    target,
    for: lasting,
    ...(reason === undefined ? {} : { reason }),
    author: author(),
    force,
    volatile,
  }
  return tell(options, server => ask(server, { method: 'POST', path: '/api/v1/overrides', body }))
}

export function release(
  target: string,
  options: OperateOptions & { readonly reason?: string; readonly volatile?: boolean },
): Promise<number> {
  const volatile = String(options.volatile ?? false)
  const { reason = '' } = options
  const query = new URLSearchParams({ target, author: author(), reason, volatile })
  return tell(options, server => ask(server, { method: 'DELETE', path: `/api/v1/overrides?${query}` }))
}

export interface FailbackOptions extends OperateOptions {
  readonly force?: boolean
  /** With `force`. */
  readonly for?: string
  readonly reason?: string
  readonly volatile?: boolean
}

export function failBack(target: string, options: FailbackOptions): Promise<number> {
  const slash = target.lastIndexOf('/')
  if (slash === -1) {
    process.stderr.write(`understudy: ${target} is not ZONE/POOL\n`)
    return Promise.resolve(2)
  }
  const parts = [target.slice(0, slash), target.slice(slash + 1)].map(encodeURIComponent)
  const { force = false, for: lasting, reason, volatile = false } = options
  const body = {
    force,
    ...(lasting === undefined ? {} : { for: lasting }),
    ...(reason === undefined ? {} : { reason }),
    author: author(),
    volatile,
  }
  return tell(options, server =>
    ask(server, { method: 'POST', path: `/api/v1/pools/${parts.join('/')}/failback`, body }),
  )
}

async function tell(options: OperateOptions, work: (remote: Remote) => Promise<unknown>): Promise<number> {
  const replies = await askEach(options, async remote => (await work(remote)) as OperationResult)
  return printReplies(replies, ({ done, answers, evidence = [] }) => {
    const selected = answers.map(({ family, selected }) => `${TYPES[family]} ${selected}`)
    const now = selected.length === 0 ? 'there is no such pool' : `answers now: ${selected.join(', ')}`
    return [`${done}; ${now}`, ...evidence].join('\n')
  })
}
