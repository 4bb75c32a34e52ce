/** `understudy reload`: the configuration is read again, or only compared. */
import { userInfo } from 'node:os'
import { type Complaint, formatComplaint } from '#base/complaint.ts'
import type { Changes, Difference } from '#control/difference.ts'
import { ApiProblem, ask } from './api.ts'
import { askEach, printReplies, type ServerOptions } from './servers.ts'

export interface ReloadOptions extends ServerOptions {
  readonly dryRun?: boolean
  readonly reason?: string
  readonly json?: boolean
}

interface Answer {
  readonly complaints: readonly Complaint[]
  readonly difference: Difference
}

/** Gives the exit code: 1 if any of the servers has found something wrong, or cannot be asked. */
export async function reload(options: ReloadOptions): Promise<number> {
  const { dryRun = false, reason, json = false } = options
  const query = new URLSearchParams({
    'dry-run': String(dryRun),
    author: author(),
    ...(reason === undefined ? {} : { reason }),
  })
  const replies = await askEach(options, async remote => {
    try {
      return (await ask(remote, { method: 'POST', path: `/api/v1/reload?${query}` })) as Answer
    } catch (error) {
      throw error instanceof ApiProblem ? new Error(problemText(error)) : error
    }
  })
  return printReplies(replies, answer =>
    json ? JSON.stringify(answer, null, 2) : answerText(answer, dryRun),
  )
}

/** Who this is on this host: a claim, which a token outranks. */
export function author(): string {
  try {
    return userInfo().username
  } catch {
    return 'unknown'
  }
}

function problemText({ message, document }: ApiProblem): string {
  const { complaints = [] } = document as { readonly complaints?: readonly Complaint[] }
  return [message, ...complaints.map(formatComplaint)].join('\n')
}

function answerText({ complaints, difference }: Answer, isDry: boolean): string {
  const { settings, restart } = difference
  const lines = [
    ...complaints.map(formatComplaint),
    ...changeLines('zone', difference.zones),
    ...changeLines('pool', difference.pools),
    ...changeLines('name', difference.names),
    ...changeLines('check', difference.checks),
    ...settings.map(key => `~ setting ${key}`),
    ...restart.map(key => `! setting ${key}: taken up by a restart only`),
  ]
  const head = isDry ? 'a reload would change' : 'reloaded; changed'
  return lines.length === complaints.length
    ? [...lines, `${head} nothing`].join('\n')
    : [`${head}:`, ...lines].join('\n')
}

function changeLines(what: string, { added, removed, changed }: Changes): string[] {
  return [
    ...added.map(name => `+ ${what} ${name}`),
    ...removed.map(name => `- ${what} ${name}`),
    ...changed.map(({ name, keys }) => `~ ${what} ${name}: ${keys.join(', ')}`),
  ]
}
