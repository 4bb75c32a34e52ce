/** From settings to what the threads that answer are told beside the zones. */
import { randomBytes, randomInt } from 'node:crypto'
import type { ClientNetwork } from '#answer/client-networks.ts'
import { COOKIE_SECRET_BYTES } from '#answer/cookies.ts'
import type { AnswerPolicy } from '#answer/policy.ts'
import { type RateLimit, rateLimitMemory } from '#answer/rate-limit.ts'
import type { Network } from '#base/network.ts'
import type { RateLimitSettings, ServerSettings } from '#config/configuration.ts'

/** What outlives a reload: accounts of the rate limit, and a cookie secret for a server that was given none. */
export class PolicyMaker {
  readonly #version: string
  readonly #memory = rateLimitMemory()
  readonly #seed = randomInt(2 ** 32)
  readonly #ownSecret = randomBytes(COOKIE_SECRET_BYTES)

  constructor(version: string) {
    this.#version = version
  }

  policyOf({ node, answering }: ServerSettings): AnswerPolicy {
    const { reveal, cookieSecrets, rateLimit, queryLog, tcp, introspectionFrom } = answering
    return {
      id: reveal.id ? node : undefined,
      version: reveal.version ? `understudy ${this.#version}` : undefined,
      cookieSecrets: cookieSecrets ?? [this.#ownSecret],
      rateLimit: rateLimit.mode === 'off' ? undefined : this.#rateLimit(rateLimit),
      queryLog,
      tcpIdleMs: tcp.idleMs,
      introspectionFrom: introspectionFrom.map(clientNetwork),
    }
  }

  #rateLimit({ mode, exempt, ...limits }: RateLimitSettings): RateLimit {
    return {
      ...limits,
      enforced: mode === 'on',
      exempt: exempt.map(clientNetwork),
      memory: this.#memory,
      seed: this.#seed,
    }
  }
}

function clientNetwork({ address, bits }: Network): ClientNetwork {
  return { bytes: address.bytes, bits }
}
