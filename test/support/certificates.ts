/** Certificates for www.probe.test, good and bad, by an authority of our own (certificates/make.sh). */
import { readFileSync } from 'node:fs'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { fileURLToPath } from 'node:url'

export interface Certificate {
  readonly cert: string
  readonly key: string
}

export function certificate(name: 'good' | 'expired' | 'wrong-name' | 'self-signed'): Certificate {
  return { cert: read(`${name}.pem`), key: read(`${name}.key.pem`) }
}

/** From now on this process trusts what our authority has signed. Before the first TLS connection. */
export function trustOurAuthority(): void {
  setDefaultCACertificates([...getCACertificates('default'), authority()])
}

/** Where the files of a certificate are, for programs that read them; of our authority there is no key. */
export function certificateFile(name: 'good.pem' | 'good.key.pem' | 'authority.pem'): string {
  return fileURLToPath(new URL(`./certificates/${name}`, import.meta.url))
}

/** Our authority's own, in PEM. */
export function authority(): string {
  return read('authority.pem')
}

/** The file of it, as `NODE_EXTRA_CA_CERTS` takes it. */
export const AUTHORITY_FILE = fileURLToPath(new URL('./certificates/authority.pem', import.meta.url))

function read(name: string): string {
  return readFileSync(new URL(`./certificates/${name}`, import.meta.url), 'utf8')
}
