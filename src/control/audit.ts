/** Who has changed what: stored, and in the log. */
import type { Clock } from '#base/clock.ts'
import type { Log } from '#base/log.ts'
import type { AuditQuery, StoredAudit } from '#store/records.ts'
import type { Store } from '#store/store.ts'
import type { AuditView } from './view.ts'

/** Of what goes into one row. */
const MAX_CHARACTERS = 1000

export interface AuditOptions {
  readonly clock: Pick<Clock, 'wallMs'>
  readonly store: Pick<Store, 'addAudit' | 'audit'>
  readonly log: Pick<Log, 'info'>
}

export class AuditTrail {
  readonly #options: AuditOptions

  constructor(options: AuditOptions) {
    this.#options = options
  }

  /** Is on disk within a tenth of a second; a disk that refuses prevents no change, and is an alarm. */
  add(entry: Omit<StoredAudit, 'atMs'>): void {
    const { clock, store, log } = this.#options
    const { target, reason, detail, claim, ...rest } = entry
    const texts = { target: cut(target), reason: cut(reason), detail: cut(detail) }
    const claimed = claim === undefined ? {} : { claim: cut(claim) }
    store.addAudit({ ...rest, ...texts, ...claimed, atMs: clock.wallMs() })
    const { action, actor, client, result } = rest
    log.info(
      { audit: { ...rest, ...texts, ...claimed } },
      oneLine(`${actor} from ${client}: ${action} ${texts.target}: ${result}: ${texts.detail}`),
    )
  }

  /** The newest first. Rejects if the store cannot be read. */
  async list(query: AuditQuery): Promise<readonly AuditView[]> {
    const stored = await this.#options.store.audit(query)
    return stored.map(({ atMs, ...rest }) => ({ at: new Date(atMs).toISOString(), ...rest }))
  }
}

function cut(text: string): string {
  return text.length > MAX_CHARACTERS ? `${text.slice(0, MAX_CHARACTERS - 1)}…` : text
}

/** What a client has sent makes no second line of a log that is read as text, and none that runs backwards. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]+/gu, ' ')
}
