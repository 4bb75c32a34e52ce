/** The explanation of an answer: plain data, made when asked for. The admin listener gives it as it is, the command line in words. */
import type { Policy } from '#steering/pool.ts'
import type { Standing } from '#steering/standing.ts'
import type { WhyNot } from '#steering/why-not.ts'
import type { Name } from '#wire/name.ts'
import type { AddressView, CheckView, OverrideView, SelectionView } from './view.ts'

/** What is to be explained. */
export interface Question {
  readonly name: Name
  readonly type: number
}

/** Asked by the admin listener. */
export interface Explainer {
  /** Why the question is answered as it is, at this moment. */
  explain(question: Question): Explanation
}

/** Names are without the final dot, times RFC 3339 in UTC. */
export interface Explanation {
  readonly node: string
  readonly at: string
  readonly name: string
  readonly type: string
  /** Present while no reference is reached. */
  readonly cutOff?: {
    readonly why: string /** Whether managed names are SERVFAIL. */
    readonly silent: boolean
  }
  /** From the name that is asked for through all aliases to what the last name is. */
  readonly steps: readonly Step[]
  /** Where the last step leads to a pool. */
  readonly pool?: PoolExplanation
  readonly ttl?: TtlExplanation
  readonly answer: AnswerExplanation
}

/** What one name is. `why` says it in words. */
export interface Step {
  readonly kind: /** A CNAME of the zone, or a DNAME above the name. */
    | 'alias'
    | 'dname'
    /** A pool answers. */
    | 'managed'
    | 'records'
    | 'no-data'
    | 'no-name'
    | 'delegated'
    | 'broken'
    | 'outside'
    | 'refused'
    /** Aliases go on, but the answer does not: the client asks for the rest. */
    | 'left-to-client'
  readonly name: string
  readonly why: string
  readonly zone?: string
  readonly file?: string
  /** The name whose records answer: a wildcard, a DNAME, a delegation, or the nearest encloser. */
  readonly owner?: string
  /** Where an alias leads. */
  readonly target?: string
  /** At the name, or the name servers of a delegation. */
  readonly types?: readonly string[]
  readonly nameservers?: readonly string[]
}

export interface PoolExplanation {
  readonly zone: string
  readonly pool: string
  readonly policy: Policy
  /** How it behaves, in words: failback, the rule for all being down, how queries pick. */
  readonly rules: readonly string[]
  /** Absent before the first selection. */
  readonly selection?: SelectionView
  readonly check?: CheckView
  readonly overrides: readonly OverrideView[]
  /** In order of preference. */
  readonly endpoints: readonly EndpointExplanation[]
}

export interface EndpointExplanation {
  readonly name: string
  readonly code: WhyNot['kind'] | 'served'
  /** In words, why it is served or not. */
  readonly why: string
  /** After holds and overrides; absent where it has nothing to answer with. */
  readonly standing?: Standing
  readonly addresses: readonly AddressExplanation[]
  readonly hostname?: HostnameExplanation
  /** Of an endpoint that is a pool. */
  readonly pool?: PoolExplanation
}

export interface AddressExplanation extends AddressView {
  /** Since when the verdict stands. */
  readonly since?: string
  readonly heldBy?: 'dwell' | 'flap'
  /** What was seen last waits for what references say, or was not believed. */
  readonly doubted: boolean
}

export interface HostnameExplanation {
  readonly name: string
  /** Absent where it need not be resolved. */
  readonly resolved?: string
  readonly unresolved?: 'pending' | 'missing'
  readonly alarm?: string
}

export interface TtlExplanation {
  readonly seconds: number
  readonly why: string
}

export interface AnswerExplanation {
  readonly rcode: string
  /** As dig shows them. */
  readonly flags: readonly string[]
  /** Records as in a master file. */
  readonly answer: readonly string[]
  readonly authority: readonly string[]
  readonly additional: readonly string[]
  /** Extended DNS Error (RFC 8914). */
  readonly error?: { readonly code: number; readonly text: string }
  /** Of the message, asked by TCP with EDNS. */
  readonly bytes: number
}
