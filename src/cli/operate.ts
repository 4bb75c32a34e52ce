/** `understudy drain`, `force`, `pin`, `release` and `failback`: operators' decisions, sent to one server or several. */
import { userInfo } from 'node:os'
import type { OperationResult } from '#control/view.ts'
import { ask } from './api.ts'
import { TYPES } from './status.ts'

export interface OperateOptions {
  /** Each is told. */
  readonly server: readonly string[]
}

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
  options: OperateOptions & { readonly volatile?: boolean },
): Promise<number> {
  const volatile = String(options.volatile ?? false)
  const query = new URLSearchParams({ target, author: author(), volatile })
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

/** Tells one server after the other; what one refuses the next may do. */
async function tell({ server }: OperateOptions, ask: (server: string) => Promise<unknown>): Promise<number> {
  let failed = 0
  for (const one of server) {
    const prefix = server.length > 1 ? `${one}: ` : ''
    try {
      const { done, answers, evidence = [] } = (await ask(one)) as OperationResult
      const selected = answers.map(({ family, selected }) => `${TYPES[family]} ${selected}`)
      const lines = [`${done}; answers now: ${selected.join(', ')}`, ...evidence]
      process.stdout.write(`${prefix}${lines.join('\n')}\n`)
    } catch (error) {
      failed++
      process.stderr.write(`${prefix}${error instanceof Error ? error.message : String(error)}\n`)
    }
  }
  if (failed > 0 && server.length > 1)
    process.stderr.write(`done on ${server.length - failed} of ${server.length} servers\n`)
  return failed === 0 ? 0 : 1
}

/** Who asks, for those who come after. */
export function author(): string {
  try {
    return userInfo().username
  } catch {
    return 'unknown'
  }
}
