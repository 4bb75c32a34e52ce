/** `understudy drill`: a failover on trial, told as it happens. */
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import type { DrillView } from '#control/view.ts'
import { ask, getJson, type Remote } from './api.ts'
import { author } from './reload.ts'
import { remotes, type ServerOptions } from './servers.ts'

export interface DrillOptions extends ServerOptions {
  readonly for: string
  readonly reason?: string
  readonly watch?: readonly string[]
  readonly json?: boolean
}

const LOOK_EVERY_MS = 500

/** Gives the exit code: 0 where what is promised was kept. Ctrl+C ends the drill. */
export async function drill(target: string, options: DrillOptions): Promise<number> {
  const { json = false, reason, watch } = options
  try {
    const [server, other] = await remotes(options)
    if (server === undefined || other !== undefined)
      throw new Error('a drill is of one server; to see it on others, say --watch')
    const begun = (await ask(server, {
      method: 'POST',
      path: `/api/v1/pools/${pathOf(target)}/drill`,
      body: {
        for: options.for,
        author: author(),
        ...(reason === undefined ? {} : { reason }),
        ...(watch === undefined ? {} : { watch }),
      },
    })) as DrillView
    const stopped = new AbortController()
    void once(process, 'SIGINT', { signal: stopped.signal }).then(
      () => stop(server, begun.id),
      () => undefined,
    )
    const ended = await follow(server, begun, json)
    stopped.abort()
    if (json) process.stdout.write(`${JSON.stringify(ended, null, 2)}\n`)
    else process.stdout.write(`${ended.state}: ${ended.verdict}\n`)
    return ended.state === 'kept' ? 0 : 1
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    return 1
  }
}

async function follow(server: Remote, begun: DrillView, isQuiet: boolean): Promise<DrillView> {
  let told = 0
  for (let now = begun; ; now = (await getJson(server, `/api/v1/drills/${begun.id}`)) as DrillView) {
    if (!isQuiet) for (const line of now.timeline.slice(told)) process.stdout.write(lineOf(line))
    told = now.timeline.length
    if (now.state !== 'running') return now
    await pause(LOOK_EVERY_MS)
  }
}

function lineOf({ seconds, what }: DrillView['timeline'][number]): string {
  return `${seconds.toFixed(3).padStart(9)} s  ${what}\n`
}

async function stop(server: Remote, id: string): Promise<void> {
  const query = new URLSearchParams({ author: author() })
  await ask(server, { method: 'DELETE', path: `/api/v1/drills/${id}?${query}` }).catch(() => undefined)
}

/** A zone's name may hold a slash: taken apart from the right. */
function pathOf(target: string): string {
  const slash = target.lastIndexOf('/')
  return [target.slice(0, Math.max(0, slash)), target.slice(slash + 1)].map(encodeURIComponent).join('/')
}
