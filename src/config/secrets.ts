/** Secrets of health checks: the configuration only says where they stand, and they are read when it is. */
import { resolve } from 'node:path'
import { createSecureContext } from 'node:tls'
import { secretName } from '#probe/secrets.ts'
import type {
  ClientCertificate,
  HeartbeatSpec,
  HttpSpec,
  SecretReference,
  Secrets,
  TlsSpec,
} from '#probe/spec.ts'
import type { CheckDraft, ProbeDraft } from './checks.ts'
import type { Files } from './files.ts'
import { problemOfHeaderValue } from './header-values.ts'
import type { Path, YamlSource } from './yaml-source.ts'

const MAX_HEADER_FILE_BYTES = 8192
const MAX_TOKEN_FILE_BYTES = 8192
const LEAST_TOKEN_CHARACTERS = 16
const MAX_TOKEN_CHARACTERS = 4096
const MAX_PEM_BYTES = 256 * 1024

type HeartbeatDraft = Omit<ProbeDraft, 'spec'> & { readonly spec: HeartbeatSpec }
type HttpDraft = Omit<ProbeDraft, 'spec'> & { readonly spec: Omit<HttpSpec, 'host'> }
type TlsDraft = Omit<ProbeDraft, 'spec'> & { readonly spec: Omit<TlsSpec, 'host'> }

interface ReadSecret {
  readonly absolute: SecretReference
  readonly value: string | undefined
}

/** The checks with what they refer to. Complains of what is not there, and never shows what is. */
export async function readSecrets(
  source: YamlSource,
  checks: ReadonlyMap<string, CheckDraft>,
  folder: string,
  files: Files,
): Promise<Map<string, CheckDraft>> {
  const read = new Map<string, CheckDraft>()
  for (const [name, check] of checks) {
    const reader = new SecretReader(source, folder, files)
    if (isHttp(check)) read.set(name, await reader.read(check))
    else if (isTls(check)) read.set(name, await reader.readCertificate(check))
    else read.set(name, isHeartbeat(check) ? await reader.readToken(check) : check)
  }
  return read
}

function isTls(check: CheckDraft): check is ProbeDraft & TlsDraft {
  return 'spec' in check && check.spec.type === 'tls'
}

function isHeartbeat(check: CheckDraft): check is ProbeDraft & HeartbeatDraft {
  return 'spec' in check && check.spec.type === 'heartbeat'
}

function isHttp(check: CheckDraft): check is ProbeDraft & HttpDraft {
  return 'spec' in check && (check.spec.type === 'http' || check.spec.type === 'https')
}

/** What is wrong with a token, in words that go after its name; undefined if nothing is. RFC 6750 section 2.1. */
function problemOfToken(token: string): string | undefined {
  if (!/^[A-Za-z0-9._~+/-]+=*$/.test(token))
    return 'has characters that are in no token: only letters, digits and . _ ~ + / - are, and = at the end'
  if (token.length > MAX_TOKEN_CHARACTERS) return `is longer than ${MAX_TOKEN_CHARACTERS} characters`
  return token.length < LEAST_TOKEN_CHARACTERS
    ? `is shorter than ${LEAST_TOKEN_CHARACTERS} characters, and so could be guessed`
    : undefined
}

/** Reads those of one check. */
export class SecretReader {
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
    return this.readCertificate({ ...check, spec: { ...spec, headers } })
  }

  /** The client certificate, and with it all that was read before. */
  async readCertificate<D extends HttpDraft | TlsDraft>(check: D): Promise<D> {
    const { spec, path } = check
    const clientCertificate =
      spec.clientCertificate &&
      (await this.#certificate([...path, 'client-certificate'], spec.clientCertificate))
    if (Object.keys(this.#secrets).length === 0) return check
    const secrets: Secrets = this.#secrets
    return {
      ...check,
      spec: { ...spec, ...(clientCertificate === undefined ? {} : { clientCertificate }) },
      secrets,
    }
  }

  async readToken<D extends HeartbeatDraft>(check: D): Promise<D> {
    const { spec, path } = check
    if (spec.token === undefined) return check
    const { absolute: token } = await this.token([...path, 'token'], spec.token)
    const secrets: Secrets = this.#secrets
    return { ...check, spec: { ...spec, token }, secrets }
  }

  /** A token that reports must bear; without a value after a complaint. */
  async token(path: Path, reference: SecretReference): Promise<ReadSecret> {
    const read = await this.#value(path, reference, MAX_TOKEN_FILE_BYTES)
    const problem = read.value === undefined ? undefined : problemOfToken(read.value)
    if (problem === undefined) return read
    this.#source.complain(path, `what ${this.#shown(read.absolute)} holds ${problem}`)
    return { ...read, value: undefined }
  }

  /** What the reference refers to; undefined after a complaint. */
  async text(path: Path, reference: SecretReference): Promise<string | undefined> {
    return (await this.#value(path, reference, MAX_TOKEN_FILE_BYTES)).value
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

  async #value(path: Path, reference: SecretReference, maxBytes: number): Promise<ReadSecret> {
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
