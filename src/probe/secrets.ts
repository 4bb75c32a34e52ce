/** Secrets that probes send: specs only say where they stand. */
import type { SecretReference, Secrets } from './spec.ts'

/** By what name the value of a reference is found among the secrets. */
export function secretName(reference: SecretReference): string {
  return 'env' in reference ? `env ${reference.env}` : `file ${reference.file}`
}

/** Throws if it is not there, which no configuration that was read without complaints permits. */
export function secretOf(reference: SecretReference, secrets: Secrets): string {
  const value = secrets[secretName(reference)]
  if (value === undefined) throw new Error(`no secret was given for ${secretName(reference)}`)
  return value
}
