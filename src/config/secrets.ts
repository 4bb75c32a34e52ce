/** Secrets of health checks: the configuration only says where they stand, and they are read when it is. */
import { resolve } from 'node:path'
import { createSecureContext } from 'node:tls'
import { secretName } from '#probe/secrets.ts'
import type { ClientCertificate, HttpSpec, SecretReference, Secrets } from '#probe/spec.ts'
import type { CheckDraft, ProbeDraft } from './checks.ts'
import type { Files } from './files.ts'
import { problemOfHeaderValue } from './header-values.ts'
import type { Path, YamlSource } from './yaml-source.ts'

const MAX_HEADER_FILE_BYTES = 8192
const MAX_PEM_BYTES = 256 * 1024

type HttpDraft = Omit<ProbeDraft, 'spec'> & { readonly spec: Omit<HttpSpec, 'host'> }

/** The checks with what they refer to. Complains of what is not there, and never shows what is. */
export async function readSecrets(
  source: YamlSource,
  checks: ReadonlyMap<string, CheckDraft>,
  folder: string,
  files: Files,
): Promise<Map<string, CheckDraft>> {
  const read = new Map<string, CheckDraft>()
  for (const [name, check] of checks)
    read.set(name, isHttp(check) ? await new SecretReader(source, folder, files).read(check) : check)
  return read
}

function isHttp(check: CheckDraft): check is ProbeDraft & HttpDraft {
  return 'spec' in check && (check.spec.type === 'http' || check.spec.type === 'https')
}

/** Reads those of one check. */
class SecretReader {
  readonly #source: YamlSource
  readonly #folder: string
  readonly #files: Files
  readonly #secrets: Record<string, string> = {}

  constructor(source: YamlSource, folder: string, files: Files) {
    this.#source = source
    this.#folder = folder
    this.#files = files
  }

  async read<D extends HttpDraft>(check: D): Promise<D> {
    const { spec, path } = check
    const headers: Record<string, string | SecretReference> = {}
    for (const [name, value] of Object.entries(spec.headers))
      headers[name] =
        typeof value === 'string' ? value : await this.#header([...path, 'headers', name], value)
    const clientCertificate =
      spec.clientCertificate &&
      (await this.#certificate([...path, 'client-certificate'], spec.clientCertificate))
    if (Object.keys(this.#secrets).length === 0) return { ...check, spec: { ...spec, headers } }
    const secrets: Secrets = this.#secrets
    return {
      ...check,
      spec: { ...spec, headers, ...(clientCertificate === undefined ? {} : { clientCertificate }) },
      secrets,
    }
  }

  async #header(path: Path, reference: SecretReference): Promise<SecretReference> {
    const { absolute, value } = await this.#value(path, reference, MAX_HEADER_FILE_BYTES)
    const problem = value === undefined ? undefined : problemOfHeaderValue(value)
    if (problem !== undefined) this.#source.complain(path, `what ${this.#shown(absolute)} holds ${problem}`)
    return absolute
  }

  async #certificate(path: Path, { cert, key }: ClientCertificate): Promise<ClientCertificate> {
    const certificate = await this.#value([...path, 'cert'], cert, MAX_PEM_BYTES)
    const secret = await this.#value([...path, 'key'], key, MAX_PEM_BYTES)
    if (certificate.value !== undefined && secret.value !== undefined) {
      try {
        createSecureContext({ cert: certificate.value, key: secret.value })
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error)
        this.#source.complain(path, `certificate and key are not a pair in PEM, without a passphrase: ${why}`)
      }
    }
    return { cert: certificate.absolute, key: secret.absolute }
  }

  async #value(
    path: Path,
    reference: SecretReference,
    maxBytes: number,
  ): Promise<{ absolute: SecretReference; value: string | undefined }> {
    const absolute = 'env' in reference ? reference : { file: resolve(this.#folder, reference.file) }
    const read = await this.#read(absolute, maxBytes)
    if ('problem' in read) {
      this.#source.complain(path, read.problem)
      return { absolute, value: undefined }
    }
    this.#secrets[secretName(absolute)] = read.text
    return { absolute, value: read.text }
  }

  #shown(reference: SecretReference): string {
    return 'env' in reference ? reference.env : this.#files.shown(reference.file)
  }

  async #read(
    reference: SecretReference,
    maxBytes: number,
  ): Promise<{ readonly text: string } | { readonly problem: string }> {
    if ('env' in reference) {
      const text = this.#files.env[reference.env] ?? ''
      return text === '' ? { problem: `the environment has no ${reference.env}` } : { text }
    }
    const shown = this.#shown(reference)
    const read = await this.#files.readSecret(reference.file, maxBytes)
    if ('problem' in read) return { problem: `${shown}: ${read.problem}` }
    // Editors end a file with a line break.
    const text = read.text.replace(/\r?\n$/, '')
    return text === '' ? { problem: `${shown}: is empty` } : { text }
  }
}
