/** From where the admin listener can be reached, and what that asks for. */
import { z } from 'zod'
import { formatSocketAddr, isLoopback, parseAddress, type SocketAddr } from '#base/address.ts'
import type { Complaints } from './complaints.ts'
import { isHost, oneOrList, refine } from './values.ts'
import { show } from './words.ts'
import { writtenAs } from './written.ts'
import type { YamlSource } from './yaml-source.ts'

const WITHOUT_TOKEN =
  'is not a loopback address: without a token the admin listener is for this host only; use 127.0.0.1, or make one with "understudy token NAME" and put it under tokens:'
const IN_THE_CLEAR =
  'is not a loopback address, and without listen.admin-tls tokens travel in the clear: whoever sees one may use it'

/** `listen.admin-names`: what the Host header may say, without a port. */
export const adminNames: z.ZodType<string[]> = oneOrList(
  writtenAs(
    refine(z.string(), text => {
      const name = text.replace(/\.$/, '').toLowerCase()
      if (isHost(name)) return { value: parseAddress(name)?.text ?? name }
      return { problem: `${show(text)} is not a host name; it is written without a port` }
    }),
    { type: 'string', pattern: '^[A-Za-z0-9_.:-]+$' },
  ),
)

export interface Reach {
  readonly source: YamlSource | undefined
  readonly complaints: Complaints
  /** Of `--admin`, which outranks the file. */
  readonly line: SocketAddr | undefined
  /** Of `listen.admin`. */
  readonly file: SocketAddr | undefined
}

/** Complains of an address that others reach where they may do everything, and warns where they can read along. */
export function complainOfReach({ source, complaints, line, file }: Reach): void {
  // As written: a token that is wrong is complained of already.
  const tokens = source?.get(['tokens'])
  const hasTokens = Array.isArray(tokens) && tokens.length > 0
  const hasTls = source?.get(['listen', 'admin-tls']) !== undefined
  if (hasTokens && hasTls) return
  const message = hasTokens ? IN_THE_CLEAR : WITHOUT_TOKEN
  const severity = hasTokens ? 'warning' : 'error'
  if (line !== undefined && !isLoopback(line.address))
    complaints.ofWhole('command line', `--admin: ${formatSocketAddr(line)} ${message}`, severity)
  if (file !== undefined && !isLoopback(file.address))
    source?.complain(['listen', 'admin'], `${formatSocketAddr(file)} ${message}`, 'value', severity)
}
