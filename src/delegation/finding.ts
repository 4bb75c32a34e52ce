/** Findings: what is right or wrong about a delegation, and what to do about it. */

/** Every check by its code, with what it looks at. docs/operations.md lists them. */
export const CHECKS = {
  'parent-answers': 'the servers of the parent zone are found and answer',
  delegated: 'the parent has NS records for the zone',
  'parents-agree': 'all servers of the parent say the same',
  'ns-set': 'the parent and the zone name the same name servers',
  'servers-agree': 'all name servers have the same NS records',
  'ns-ttl': 'TTL of the NS records at the parent and in the zone',
  glue: 'addresses at the parent are those in the zone',
  'ns-name': 'names of name servers have addresses, and are no aliases',
  spread: 'more than one name server, in more than one network',
  udp: 'the server answers by UDP',
  tcp: 'the server answers by TCP',
  authoritative: 'the server answers for the zone, with AA',
  recursion: 'the server does not offer recursion',
  edns: 'the server speaks EDNS',
  'edns-option': 'an EDNS option that nobody knows does no harm',
  cookies: 'the server answers a client’s cookie',
  nxdomain: 'a name that does not exist is answered so',
  'letter-case': 'the question comes back in the letters in which it was asked',
  truncation: 'what does not fit is marked, and is whole by TCP',
  serial: 'all servers have the same serial, and it is not 0',
  mname: 'the primary server that the SOA names has an address',
  'negative-ttl': 'for how long it is remembered that there is nothing',
  ds: 'the parent’s DS records fit the zone’s keys',
  signatures: 'the zone is signed where validators expect it, and now',
  'same-answer': 'all servers answer a managed name alike',
  'left-out': 'what could not be looked at',
} as const

export type Check = keyof typeof CHECKS

export type Severity = 'ok' | 'warning' | 'error'

export const GROUPS = ['delegation', 'servers', 'zone', 'dnssec', 'managed names'] as const
export type Group = (typeof GROUPS)[number]

export interface Finding {
  readonly group: Group
  readonly check: Check
  readonly severity: Severity
  /** The server's address or the name that it is about; empty for the zone as a whole. */
  readonly about: string
  /** What is so. */
  readonly words: string
  /** What to do; of warnings and errors. */
  readonly advice?: string
}

/** Takes findings of one group about one thing. Each is given back too. */
export class Findings {
  readonly #list: Finding[] = []
  readonly #group: Group
  readonly #about: string

  constructor(group: Group, about = '') {
    this.#group = group
    this.#about = about
  }

  get list(): readonly Finding[] {
    return this.#list
  }

  ok(check: Check, words: string): Finding {
    return this.#add({ check, severity: 'ok', words })
  }

  warning(check: Check, words: string, advice: string): Finding {
    return this.#add({ check, severity: 'warning', words, advice })
  }

  error(check: Check, words: string, advice: string): Finding {
    return this.#add({ check, severity: 'error', words, advice })
  }

  #add(said: Pick<Finding, 'check' | 'severity' | 'words' | 'advice'>): Finding {
    const finding = { group: this.#group, about: this.#about, ...said }
    this.#list.push(finding)
    return finding
  }
}

export function countBySeverity(findings: readonly Finding[]): Readonly<Record<Severity, number>> {
  const count = (severity: Severity): number => findings.filter(one => one.severity === severity).length
  return { ok: count('ok'), warning: count('warning'), error: count('error') }
}

/** `a, b and c`. */
export function listed(texts: readonly string[]): string {
  if (texts.length < 2) return texts[0] ?? 'none'
  return `${texts.slice(0, -1).join(', ')} and ${texts.at(-1)}`
}

/** What is in the first list and not in the second. */
export function without(all: readonly string[], some: readonly string[]): string[] {
  return all.filter(one => !some.includes(one))
}

/** The same in any order. */
export function sameSet(a: readonly string[], b: readonly string[]): boolean {
  return without(a, b).length === 0 && without(b, a).length === 0
}
