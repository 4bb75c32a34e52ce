/** What systemd, or another service manager, is told over NOTIFY_SOCKET: sd_notify(3), sd_watchdog_enabled(3). */
import type { Log } from '#base/log.ts'
import { loadLibc } from '#os/libc.ts'
import { sendUnixDatagram } from '#os/unix-datagram.ts'

/** The server, as far as it is told of. */
export interface Watched {
  server(): { readonly zones: readonly unknown[]; readonly alarms: readonly string[] }
  /** Whether every thread that answers queries does so within that time. */
  isAnswering(limitMs: number): Promise<boolean>
}

export interface ServiceManagerOptions {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly log: Log
}

/** How often the status is looked at where there is no watchdog. */
const STATUS_MS = 10_000
/** Twice within the time that the manager waits, and once to spare. */
const BEATS = 3
const MAX_STATUS = 300

export class ServiceManager {
  readonly #log: Log
  readonly #send: ((text: string) => void) | undefined
  readonly #watchdogMs: number | undefined
  #status = ''
  #isDeaf = false
  #isHungry = false

  constructor({ env, log }: ServiceManagerOptions) {
    this.#log = log
    this.#send = senderTo(env['NOTIFY_SOCKET'], log)
    this.#watchdogMs = watchdogMs(env)
  }

  /**
   * The server answers. From now on its status is told when it changes, and the watchdog is fed for as long as this thread comes to it and the
   * threads that answer do so. Ends with what is returned.
   */
  follow(server: Watched): Disposable {
    if (this.#send === undefined) return { [Symbol.dispose]: () => undefined }
    this.#tell('READY=1', this.#newStatus(server))
    const beatMs = this.#watchdogMs === undefined ? STATUS_MS : this.#watchdogMs / BEATS
    let isBusy = false
    const timer = setInterval(async () => {
      if (isBusy) return
      isBusy = true
      await this.#beat(server, beatMs)
      isBusy = false
    }, beatMs)
    return { [Symbol.dispose]: () => clearInterval(timer) }
  }

  /** Tells when a reload begins, and that it has ended. */
  async whileReloading<T>(server: Watched, work: () => Promise<T>): Promise<T> {
    // With the time, so that a manager knows which of its requests this is the answer to.
    this.#tell('RELOADING=1', `MONOTONIC_USEC=${process.hrtime.bigint() / 1000n}`)
    try {
      return await work()
    } finally {
      this.#tell('READY=1', this.#newStatus(server))
    }
  }

  stopping(): void {
    this.#tell('STOPPING=1')
  }

  async #beat(server: Watched, limitMs: number): Promise<void> {
    const isFed = this.#watchdogMs !== undefined && (await server.isAnswering(limitMs))
    const hungry = this.#watchdogMs !== undefined && !isFed
    if (hungry && !this.#isHungry)
      this.#log.error({}, `a thread that answers queries does not: the watchdog is not fed`)
    this.#isHungry = hungry
    const lines = [isFed ? 'WATCHDOG=1' : '', this.#newStatus(server)].filter(line => line !== '')
    if (lines.length > 0) this.#tell(...lines)
  }

  /** Empty where it is what it was. */
  #newStatus(server: Watched): string {
    const status = statusOf(server)
    if (status === this.#status) return ''
    this.#status = status
    return `STATUS=${status}`
  }

  /** Whoever does not listen must not keep the server from its work. */
  #tell(...lines: readonly string[]): void {
    try {
      this.#send?.(lines.filter(line => line !== '').join('\n'))
      this.#isDeaf = false
    } catch (error) {
      if (!this.#isDeaf) this.#log.warn({}, `the service manager cannot be told: ${String(error)}`)
      this.#isDeaf = true
    }
  }
}

function senderTo(path: string | undefined, log: Log): ((text: string) => void) | undefined {
  if (path === undefined || path === '') return undefined
  const loaded = loadLibc()
  if (!('unavailable' in loaded)) return text => sendUnixDatagram(loaded.libc, path, text)
  log.warn({}, `the service manager cannot be told that the server is ready: ${loaded.unavailable}`)
  return undefined
}

/** Undefined where nobody watches, or another process is meant. */
function watchdogMs(env: Readonly<Record<string, string | undefined>>): number | undefined {
  const microseconds = Number(env['WATCHDOG_USEC'])
  const pid = env['WATCHDOG_PID']
  if (!(microseconds > 0) || (pid !== undefined && Number(pid) !== process.pid)) return undefined
  return microseconds / 1000
}

/** In one line: another would be an instruction to the manager. */
function statusOf(server: Watched): string {
  const { zones, alarms } = server.server()
  const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`
  const [first] = alarms
  const all = `${count(zones.length, 'zone')}, ${count(alarms.length, 'alarm')}${first === undefined ? '' : `: ${first}`}`
  const line = all.replaceAll(/\p{Cc}+/gu, ' ')
  return line.length > MAX_STATUS ? `${line.slice(0, MAX_STATUS - 1)}…` : line
}
