/** What the prober is asked to do: plain data, so that it can cross to the prober's thread. */
import type { CheckTiming } from '#health/timing.ts'

/** What specs of every kind may say. */
interface AnySpec {
  /** An address of this host. */
  readonly sourceAddress?: string
  /** Whether pass and fail change places. */
  readonly inverted?: boolean
  /** A pass that took longer is a fail. */
  readonly latencyLimitMs?: number
}

/** How many days a certificate must still be good for: fewer than `warn` are told, fewer than `fail` are a fail. */
export interface CertificateDays {
  readonly warn?: number
  readonly fail?: number
}

/**
 * Where a secret stands: a variable of the environment, or a file by its absolute path. Its value is never in a spec: keys are made of that,
 * and it may be shown.
 */
export type SecretReference = { readonly env: string } | { readonly file: string }

/** Values by `secretName`. Never shown, logged or stored. */
export type Secrets = Readonly<Record<string, string>>

/** Files in PEM. */
export interface ClientCertificate {
  readonly cert: SecretReference
  readonly key: SecretReference
}

export interface HttpSpec extends AnySpec {
  readonly type: 'http' | 'https'
  readonly method: string
  /** Path with query, as sent. */
  readonly path: string
  /** The Host header and, with https, the name asked for by SNI and demanded of the certificate. */
  readonly host: string
  readonly port: number
  readonly headers: Readonly<Record<string, string | SecretReference>>
  /** Inclusive ranges; a status in none of them is a fail. */
  readonly status: readonly (readonly [from: number, to: number])[]
  /** Must occur in the first `maxBodyBytes` of the body, byte for byte as UTF-8. */
  readonly body?: string
  /** Must fit a part of the first `maxBodyBytes` of the body; in the syntax of RE2. */
  readonly bodyRegex?: string
  /** Sent with the request. */
  readonly requestBody?: string
  readonly certificateDays?: CertificateDays
  readonly maxBodyBytes: number
  /** How many redirects to follow; 0 takes a 3xx for the answer. */
  readonly redirects: number
  /** Whether the certificate must be valid and fit the name. */
  readonly verify: boolean
  /** What is shown to an endpoint that asks for it. */
  readonly clientCertificate?: ClientCertificate
  /** Whether the connection is kept for the next probe. */
  readonly keepAlive?: boolean
}

export interface TcpSpec extends AnySpec {
  readonly type: 'tcp'
  readonly port: number
  /** Sent once the connection is open. */
  readonly send?: string
  /** Must occur in what comes back. */
  readonly expect?: string
}

export interface TlsSpec extends AnySpec {
  readonly type: 'tls'
  readonly port: number
  /** The name asked for by SNI and demanded of the certificate. */
  readonly host: string
  /** Whether the certificate must be valid and fit the name. */
  readonly verify: boolean
  /** The server must take one of these protocols (RFC 7301). */
  readonly alpn?: readonly string[]
  readonly certificateDays?: CertificateDays
  /** What is shown to an endpoint that asks for it, which must take it. */
  readonly clientCertificate?: ClientCertificate
}

export interface DnsSpec extends AnySpec {
  readonly type: 'dns'
  readonly port: number
  /** A truncated answer by UDP is asked for again by TCP, where `answers` are expected. */
  readonly transport: 'udp' | 'tcp'
  /** Without escapes. */
  readonly name: string
  readonly queryType: number
  /** One of these must come. */
  readonly rcodes: readonly number[]
  /** Where given, the answer's records of the type that is asked for must be these, in any order; as `answerText` has them. */
  readonly answers?: readonly string[]
  /** Whether AA must be set. */
  readonly authoritative: boolean
}

export interface IcmpSpec extends AnySpec {
  readonly type: 'icmp'
  /** Echo requests of one probe, 1 to 100. */
  readonly count: number
  /** So many of them may stay without a reply, in percent; one reply must come in any case. */
  readonly maxLossPercent: number
}

export interface GrpcSpec extends AnySpec {
  readonly type: 'grpc'
  readonly port: number
  /** The authority that is asked for and, with TLS, the name asked for by SNI and demanded of the certificate. */
  readonly host: string
  /** Whose health is asked for, at most 127 bytes; empty for the server as a whole. */
  readonly service: string
  readonly tls: boolean
  /** Whether the certificate must be valid and fit the name. */
  readonly verify: boolean
}

export interface ExecSpec extends AnySpec {
  readonly type: 'exec'
  /** The program and its arguments, for no shell. */
  readonly command: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  /** Names of variables that are handed on from this process: secrets, which must not be in the specification. */
  readonly inherit: readonly string[]
  /** Told to the command, if there is one. */
  readonly port?: number
}

export type ProbeSpec = HttpSpec | TcpSpec | TlsSpec | DnsSpec | IcmpSpec | GrpcSpec | ExecSpec

/** Nothing is probed: the endpoint reports in. */
export interface HeartbeatSpec extends AnySpec {
  readonly type: 'heartbeat'
  /** What reports must bear, unless their endpoint has a token of its own. */
  readonly token?: SecretReference
}

export type CheckSpec = ProbeSpec | HeartbeatSpec

/** One address under one health check: what is probed, once, whatever number of pools use it. */
export interface ProbeTarget {
  /** Digest of spec, timing and address: equal keys are the same target. */
  readonly key: string
  readonly spec: ProbeSpec
  readonly address: string
  readonly timing: CheckTiming
  /** What the spec refers to. The key does not cover it: a secret that has been changed makes no other target. */
  readonly secrets?: Secrets
}
