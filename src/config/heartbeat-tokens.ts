/** Which token each endpoint reports with: its own, or that of its pool's heartbeat. */
import { secretName } from '#probe/secrets.ts'
import type { HeartbeatSpec, Secrets } from '#probe/spec.ts'
import { type AnyCheck, type ConfiguredPool, isComposite } from './configuration.ts'
import type { Files } from './files.ts'
import { secretOnly } from './header-values.ts'
import type { PoolDraft } from './pools.ts'
import { SecretReader } from './secrets.ts'
import type { Path, YamlSource } from './yaml-source.ts'

/** A heartbeat in a check. */
interface Heartbeat {
  readonly name: string
  readonly spec: HeartbeatSpec
  readonly secrets?: Secrets
}

interface Token {
  /** Undefined after a complaint. */
  readonly value: string | undefined
}

const UNREADABLE: Token = { value: undefined }

/** The pools with their tokens. Complains of endpoints without one, and of tokens that nothing asks for. */
export async function readTokens(
  source: YamlSource,
  pools: readonly ConfiguredPool[],
  drafts: ReadonlyMap<string, PoolDraft>,
  folder: string,
  files: Files,
): Promise<ConfiguredPool[]> {
  const read: ConfiguredPool[] = []
  for (const pool of pools) {
    const path = drafts.get(pool.name)?.path ?? []
    const reader = new SecretReader(source, folder, files)
    read.push(await new PoolTokens(source, pool, path).read(reader))
  }
  return read
}

class PoolTokens {
  readonly #source: YamlSource
  readonly #pool: ConfiguredPool
  readonly #path: Path

  constructor(source: YamlSource, pool: ConfiguredPool, path: Path) {
    this.#source = source
    this.#pool = pool
    this.#path = path
  }

  async read(reader: SecretReader): Promise<ConfiguredPool> {
    const { check, endpoints } = this.#pool
    const [heartbeat, second] = check === undefined ? [] : heartbeatsIn(check)
    if (second !== undefined)
      this.#complain(['check'], `${heartbeat?.name} and ${second.name} are both heartbeats; a pool has one`)
    const tokens = new Map<string, string>()
    const missing: number[] = []
    for (const [index, { name, pool }] of endpoints.entries()) {
      // It has a check of its own, and so have its endpoints.
      if (pool !== undefined) continue
      const path = [...this.#path, 'endpoints', index, 'token']
      const written = this.#source.get(path)
      const token = written === undefined ? this.#shared(heartbeat) : await ownToken(reader, path, written)
      if (token?.value !== undefined) tokens.set(name, token.value)
      if (token === undefined) missing.push(index)
      if (written !== undefined && heartbeat === undefined) this.#complainOfNoHeartbeat(path)
    }
    if (heartbeat === undefined) return this.#pool
    this.#complainOfMissing(heartbeat, missing)
    return { ...this.#pool, tokens }
  }

  /** The token of the check. */
  #shared(heartbeat: Heartbeat | undefined): Token | undefined {
    const { spec: { token } = {}, name = '', secrets = {} } = heartbeat ?? {}
    if (token !== undefined) return { value: secrets[secretName(token)] }
    return this.#source.get(['checks', name, 'token']) === undefined ? undefined : UNREADABLE
  }

  #complainOfNoHeartbeat(path: Path): void {
    // A check that is not there is complained of already.
    if (this.#pool.check === undefined && this.#source.get([...this.#path, 'check']) !== undefined) return
    this.#source.complain(path, 'is for a heartbeat, and the check of the pool has none', 'key')
  }

  #complainOfMissing({ name }: Heartbeat, missing: readonly number[]): void {
    const advice = `give one to the check ${name}, or to each endpoint`
    if (missing.length > 0 && missing.length === this.#pool.endpoints.length)
      this.#complain(['check'], `no endpoint has a token to report with; ${advice}`)
    else
      for (const index of missing)
        this.#complain(['endpoints', index], `this endpoint has no token to report with; ${advice}`)
  }

  #complain(below: Path, message: string): void {
    this.#source.complain([...this.#path, ...below], message)
  }
}

/** The different ones that the check is made of. */
function heartbeatsIn(check: AnyCheck): Heartbeat[] {
  if (isComposite(check)) {
    const all = check.of.flatMap(heartbeatsIn)
    return all.filter(({ name }, index) => all.findIndex(one => one.name === name) === index)
  }
  const { name, spec, secrets } = check
  return spec.type === 'heartbeat' ? [{ name, spec, ...(secrets === undefined ? {} : { secrets }) }] : []
}

async function ownToken(reader: SecretReader, path: Path, written: unknown): Promise<Token> {
  const reference = secretOnly.safeParse(written)
  return reference.success ? await reader.token(path, reference.data) : UNREADABLE
}
