/** The store of a server: its faults are logged and told. */
import type { Announcement } from '#alert/announcement.ts'
import type { Log } from '#base/log.ts'
import type { ServerSettings } from '#config/configuration.ts'
import { openStore, type Store } from '#store/store.ts'

export interface StoreUser {
  announce(announcement: Announcement): void
  /** Saves all that may not have been stored. */
  saveAgain(): void
}

/** Rejects, with words for a person, where the state cannot be used. */
export function openServerStore(
  { statePath, history }: Pick<ServerSettings, 'statePath' | 'history'>,
  log: Log,
  { announce, saveAgain }: StoreUser,
): Promise<Store> {
  return openStore({
    path: statePath,
    history,
    onFault(fault, lasts) {
      const more = lasts ? '; answers and failover go on, nothing is stored' : ''
      log.error({ fault }, `state: ${fault}${more}`)
      if (lasts) announce({ kind: 'store', fault })
    },
    onRecovered() {
      log.info({}, 'state: stored again')
      announce({ kind: 'store', fault: undefined })
    },
    onSaveAgain: saveAgain,
  })
}
