/** `alerts:` of the settings: who is told of what happens. */
import { dirname } from 'node:path'
import { z } from 'zod'
import type { QuietHours } from '#alert/quiet-hours.ts'
import type { HttpReceiver, MailReceiver, Receiver, ReceiverType } from '#alert/receiver.ts'
import type { SecretReference } from '#probe/spec.ts'
import { nameToText } from '#wire/name.ts'
import { MAX_RECEIVERS, PAGERDUTY_URL, QUIET_SHAPE, RECEIVER_SHAPE, REPEAT_MS } from './alert-shape.ts'
import type { ConfiguredZone } from './configuration.ts'
import type { Files } from './files.ts'
import { MAIL_SHAPE, readMailRoute } from './mail-route.ts'
import { SecretReader } from './secrets.ts'
import { demand, readSection, readValue, type Section } from './section.ts'
import { show } from './words.ts'
import type { Path, SettingsFile, YamlSource } from './yaml-source.ts'

const HTTP_KEYS = ['url', 'secret', 'routing-key'] as const

const PATH = ['alerts'] as const

/** All receivers. Complains of what is wrong with one, and never shows what is secret. */
export async function readAlerts(file: SettingsFile | undefined, files: Files): Promise<Receiver[]> {
  if (file === undefined || (file.source.get(PATH) ?? null) === null) return []
  const { source } = file
  const list = readValue(source, PATH, z.array(z.unknown()).max(MAX_RECEIVERS))
  const read: Receiver[] = []
  for (const index of (list?.value ?? []).keys()) {
    const path = [...PATH, index]
    const receiver = await new ReceiverReader(source, path, dirname(file.path), files).read()
    if (receiver === undefined) continue
    if (read.some(({ name }) => name === receiver.name))
      source.complain([...path, 'name'], `${receiver.name} is here twice`)
    else read.push(receiver)
  }
  return read
}

/** A filter with a name that is not right would leave its receiver in the dark. */
export function warnOfUnknownPools(file: SettingsFile | undefined, zones: readonly ConfiguredZone[]): void {
  if (file === undefined) return
  const list = file.source.get(PATH)
  const known = new Set(
    zones.flatMap(({ zone, pools }) =>
      pools.flatMap(({ name }) => [name, `${nameToText(zone.origin).replace(/(.)\.$/, '$1')}/${name}`]),
    ),
  )
  for (const [index, written] of (Array.isArray(list) ? list : []).entries()) {
    const pools: unknown[] = [(written as { readonly pools?: unknown } | null)?.pools ?? []].flat()
    for (const pool of pools)
      if (typeof pool === 'string' && !known.has(pool))
        file.source.warn([...PATH, index, 'pools'], `no pool is called ${show(pool)}; nothing is told of it`)
  }
}

class ReceiverReader {
  readonly #source: YamlSource
  readonly #path: Path
  readonly #secrets: SecretReader

  constructor(source: YamlSource, path: Path, folder: string, files: Files) {
    this.#source = source
    this.#path = path
    this.#secrets = new SecretReader(source, folder, files)
  }

  /** Undefined after a complaint. */
  async read(): Promise<Receiver | undefined> {
    const section = readSection(this.#source, this.#path, RECEIVER_SHAPE)
    demand(this.#source, this.#path, section, 'name', 'type')
    const { name, type } = section.values
    if (type === undefined) return undefined
    const quiet = this.#quiet(type)
    const { 'min-severity': minSeverity = 'info', pools, repeat: repeatMs = REPEAT_MS[type] } = section.values
    const to = type === 'smtp' ? await this.#mail(section) : await this.#http(type, section)
    if (name === undefined || to === undefined) return undefined
    return {
      name,
      ...to,
      minSeverity,
      ...(quiet !== undefined && { quiet }),
      ...(pools !== undefined && { pools }),
      repeatMs,
    }
  }

  async #mail(
    section: Section<typeof RECEIVER_SHAPE>,
  ): Promise<Pick<MailReceiver, 'type' | 'route'> | undefined> {
    for (const key of HTTP_KEYS)
      if (section.values[key] !== undefined)
        this.#complain(key, 'is not for smtp, which has host, from and to')
    const place = { source: this.#source, path: this.#path, secrets: this.#secrets }
    const route = await readMailRoute(place, section)
    return route && { type: 'smtp', route }
  }

  async #http(
    type: HttpReceiver['type'],
    section: Section<typeof RECEIVER_SHAPE>,
  ): Promise<Pick<HttpReceiver, 'type' | 'url' | 'secret'> | undefined> {
    for (const key of Object.keys(MAIL_SHAPE) as (keyof typeof MAIL_SHAPE)[])
      if (section.values[key] !== undefined) this.#complain(key, 'is for smtp')
    const secret = await this.#secret(type, section)
    const url = await this.#url(type, section)
    return url === undefined ? undefined : { type, url, ...(secret !== undefined && { secret }) }
  }

  async #url(
    type: HttpReceiver['type'],
    section: Section<typeof RECEIVER_SHAPE>,
  ): Promise<string | undefined> {
    const isPagerDuty = type === 'pagerduty'
    if (!isPagerDuty) demand(this.#source, this.#path, section, 'url')
    const { url: written } = section.values
    if (written === undefined) return isPagerDuty ? PAGERDUTY_URL : undefined
    const url = typeof written === 'string' ? written : await this.#value('url', written)
    if (url === undefined) return undefined
    const parsed = URL.parse(url)
    if (parsed !== null && /^https?:$/.test(parsed.protocol)) return parsed.href
    const shown = typeof written === 'string' ? show(written) : 'what it refers to'
    this.#complain('url', `${shown} is not a URL such as https://hooks.example.com/path`)
    return undefined
  }

  /** What a webhook's messages are signed with, or PagerDuty's routing key. */
  async #secret(
    type: HttpReceiver['type'],
    section: Section<typeof RECEIVER_SHAPE>,
  ): Promise<string | undefined> {
    const { secret, 'routing-key': routingKey } = section.values
    if (type !== 'webhook' && secret !== undefined)
      this.#complain('secret', 'is for a webhook, whose messages are signed with it')
    if (type !== 'pagerduty' && routingKey !== undefined) this.#complain('routing-key', 'is for pagerduty')
    if (type === 'pagerduty') {
      demand(this.#source, this.#path, section, 'routing-key')
      return routingKey === undefined ? undefined : await this.#value('routing-key', routingKey)
    }
    return secret === undefined ? undefined : await this.#value('secret', secret)
  }

  #value(key: string, reference: SecretReference): Promise<string | undefined> {
    return this.#secrets.text([...this.#path, key], reference)
  }

  #quiet(type: ReceiverType): QuietHours | undefined {
    const path = [...this.#path, 'quiet']
    if (this.#source.get(path) === undefined) return undefined
    if (type === 'alertmanager') {
      this.#complain('quiet', 'does not go with alertmanager, which mutes by its own time intervals')
      return undefined
    }
    const section = readSection(this.#source, path, QUIET_SHAPE)
    demand(this.#source, path, section, 'from', 'to')
    const { from, to, 'time-zone': zone = 'UTC', except = 'critical' } = section.values
    if (from === undefined || to === undefined) return undefined
    if (from === to) this.#source.complain([...path, 'to'], 'is the same as from: it would always be quiet')
    return { fromMinutes: from, toMinutes: to, timeZone: zone, except }
  }

  #complain(key: string, message: string): void {
    this.#source.complain([...this.#path, key], message, 'key')
  }
}
