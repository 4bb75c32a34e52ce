/** Run as a process of its own: `child.ts STATE URL [announce]`. Tells the server at the URL what the state has waiting, and one more if asked to. */
import { setImmediate } from 'node:timers/promises'
import { systemClock } from '#base/clock.ts'
import { AlertDesk } from '#control/alert-desk.ts'
import { openStore } from '#store/store.ts'
import { receiver } from './events.ts'

const [path = '', url = '', deed] = process.argv.slice(2)
const ignored = (): void => undefined
const store = await openStore({ path, onFault: ignored, onRecovered: ignored })
const log = { info: ignored, warn: ignored, error: ignored }
const desk = new AlertDesk({ clock: systemClock, random: Math.random, log, store })
desk.adopt({ node: 'ns1', alerts: [receiver({ url })] })
if (deed === 'announce') desk.announce({ kind: 'restart', what: 'prober', why: 'a test' })
await store.flush()
process.stdout.write('stored\n')
// The server says on the standard input when it is enough.
process.stdin.on('data', async () => {
  while (desk.view(0).receivers.some(({ waiting }) => waiting > 0)) await setImmediate()
  desk.stop()
  await store.close()
  process.exit()
})
