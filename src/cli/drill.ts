/** `understudy drill`: a failover on trial, on one server or several, told as it happens. */
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import type { DrillView } from '#control/view.ts'
import { ask, getJson, type Remote } from './api.ts'
import { author } from './reload.ts'
import { askAll, printJson, printReplies, remotes, type ServerOptions } from './servers.ts'

export interface DrillOptions extends ServerOptions {
  readonly for: string
  readonly reason?: string
  readonly watch?: readonly string[]
  readonly json?: boolean
}

const LOOK_EVERY_MS = 500

/** Drills on each server at once. Gives the exit code: 0 where all kept what is promised. Ctrl+C ends the drills. */
export async function drill(target: string, options: DrillOptions): Promise<number> {
  const { json = false } = options
  try {
    const servers = await remotes(options)
    const tell = (server: Remote) => (line: string) => {
      if (!json) process.stdout.write(`${servers.length > 1 ? server.url : ''}${line}`)
    }
    const replies = await askAll(servers, server => drillOn(server, target, options, tell(server)))
    const code = json
      ? printJson(replies, ended => ended)
      : printReplies(replies, ({ state, verdict }) => `${state}: ${verdict}`)
    return replies.every(reply => 'value' in reply && reply.value.state === 'kept') ? code : 1
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    return 1
  }
}

async function drillOn(
  server: Remote,
  target: string,
  { for: lasting, reason, watch }: DrillOptions,
  tell: (line: string) => void,
): Promise<DrillView> {
  const begun = (await ask(server, {
    method: 'POST',
    path: `/api/v1/pools/${pathOf(target)}/drill`,
    body: {
      for: lasting,
      author: author(),
      ...(reason === undefined ? {} : { reason }),
      ...(watch === undefined ? {} : { watch }),
    },
  })) as DrillView
  const ended = new AbortController()
  void once(process, 'SIGINT', { signal: ended.signal }).then(
    () => stop(server, begun.id),
    () => undefined,
  )
  try {
    return await follow(server, begun, tell)
  } finally {
    ended.abort()
  }
}

async function follow(server: Remote, begun: DrillView, tell: (line: string) => void): Promise<DrillView> {
  let told = 0
  for (let now = begun; ; now = (await getJson(server, `/api/v1/drills/${begun.id}`)) as DrillView) {
    for (const line of now.timeline.slice(told)) tell(lineOf(line))
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
