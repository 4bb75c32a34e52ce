/** What the TLS connections of probes trust, and what they show of themselves. */
import { createSecureContext, type SecureContext } from 'node:tls'
import { secretOf } from './secrets.ts'
import type { ClientCertificate, Secrets } from './spec.ts'

/** One for all probes: making it takes the time of a whole probe. */
let common: SecureContext | undefined

/** One for each health check; they go with its secrets, which are new objects after a reload. */
const ownContexts = new WeakMap<Secrets, SecureContext>()

/** The system's authorities, and the client certificate if there is one. */
export function tlsContext(certificate?: ClientCertificate, secrets: Secrets = {}): SecureContext {
  if (certificate === undefined) {
    common ??= createSecureContext()
    return common
  }
  const known = ownContexts.get(secrets)
  if (known !== undefined) return known
  const cert = secretOf(certificate.cert, secrets)
  const context = createSecureContext({ cert, key: secretOf(certificate.key, secrets) })
  ownContexts.set(secrets, context)
  return context
}
