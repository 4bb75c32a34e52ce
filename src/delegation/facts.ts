/** What a walk along a delegation has seen: plain data. Names are in lower case, without the final dot; addresses are canonical text. */

export interface Answer {
  readonly kind: 'answer'
  /** With the upper bits of EDNS. */
  readonly rcode: number
  readonly authoritative: boolean
  readonly truncated: boolean
  readonly recursionAvailable: boolean
  readonly bytes: number
  /** Whether the question came back in the very letters that were sent. */
  readonly sameLetters: boolean
  /** Undefined without an OPT record. */
  readonly edns: { readonly udpSize: number; readonly cookie: 'none' | 'good' | 'wrong' } | undefined
  /** That of the answer section, or of a negative answer. */
  readonly soa: SoaFacts | undefined
  /** Records in the answer section. */
  readonly answers: number
}

export interface Silent {
  readonly kind: 'silent'
  /** For people: `no answer within 2 s`. */
  readonly detail: string
  /** Nothing was sent: this host has no way to the address. */
  readonly noRoute: boolean
}

export type Exchange = Answer | Silent

export interface SoaFacts {
  readonly serial: number
  readonly mname: string
  /** Seconds: for how long a negative answer is kept, which is the lesser of TTL and MINIMUM (RFC 2308 §5). */
  readonly negativeSeconds: number
}

/** An NS RRset. */
export interface NsSet {
  readonly names: readonly string[]
  readonly ttlSeconds: number
}

export interface HostAddress {
  readonly name: string
  readonly address: string
}

export interface ParentServer {
  readonly address: string
  readonly outcome:
    | { readonly kind: 'delegates'; readonly ns: NsSet; readonly glue: readonly HostAddress[] }
    /** The server has the zone itself: its answer is the zone's own. */
    | { readonly kind: 'serves'; readonly ns: NsSet }
    /** The parent zone has no NS records there; the detail is the answer. */
    | { readonly kind: 'none'; readonly detail: string }
    /** Silent, or no answer that says anything. */
    | { readonly kind: 'failed'; readonly detail: string }
  /** Undefined where it did not tell. */
  readonly ds: readonly Uint8Array[] | undefined
}

export interface ParentFacts {
  /** Undefined where the server was named by hand. */
  readonly zone: string | undefined
  /** Why no server of the parent is known. */
  readonly problem: string | undefined
  readonly servers: readonly ParentServer[]
}

/** What a name stands for, in both families. */
export type Resolution =
  | { readonly kind: 'found'; readonly addresses: readonly string[] }
  | { readonly kind: 'alias'; readonly target: string }
  | { readonly kind: 'none'; readonly detail: string }
  /** Nobody could be asked, or nobody knew. */
  | { readonly kind: 'unknown'; readonly detail: string }

export interface NameserverFacts {
  readonly name: string
  /** At or below the zone: only glue leads there. */
  readonly inZone: boolean
  readonly resolution: Resolution
}

/** What was asked of a server that is there. */
export interface ServerExam {
  readonly edns: Exchange
  readonly unknownOption: Exchange
  readonly cookie: Exchange
  readonly noSuchName: Exchange
  readonly mixedCase: Exchange
  /** The longest answer of the apex: by UDP without EDNS, and by TCP where that was truncated. */
  readonly long: Exchange
  readonly longByTcp: Exchange | undefined
  /** Undefined where it has none to tell. */
  readonly ns: NsSet | undefined
  /** The RRSIG records over its SOA, as asked for with DO. */
  readonly signatures: readonly Uint8Array[]
  /** Undefined where it was not asked, or did not tell. */
  readonly keys: readonly Uint8Array[] | undefined
}

/** One address of a name server. */
export interface ServerFacts {
  readonly address: string
  /** The NS names that lead there. */
  readonly names: readonly string[]
  /** The SOA of the zone, with RD set. */
  readonly udp: Exchange
  readonly tcp: Exchange
  /** Undefined where it does not answer by UDP. */
  readonly exam: ServerExam | undefined
}

/** What one server answers for a managed name. */
export interface ManagedAnswer {
  readonly server: string
  readonly type: 'A' | 'AAAA'
  /** Sorted: `192.0.2.1, 192.0.2.2`; `no data`, `CNAME www.example`, `SERVFAIL`, …; undefined where it is silent. */
  readonly text: string | undefined
  /** Of a negative answer. */
  readonly negativeSeconds: number | undefined
}

export interface ManagedFacts {
  readonly name: string
  readonly ttlMinSeconds: number
  /** Whether each query picks anew, so that two answers may differ. */
  readonly picks: boolean
  readonly answers: readonly ManagedAnswer[]
}

export interface ZoneFacts {
  readonly zone: string
  /** Undefined for the root. */
  readonly parent: ParentFacts | undefined
  readonly nameservers: readonly NameserverFacts[]
  readonly servers: readonly ServerFacts[]
  /** What the MNAME of the SOA stands for; undefined without an SOA. */
  readonly mname: { readonly name: string; readonly resolution: Resolution } | undefined
  /** Undefined where the configuration does not have the zone. */
  readonly managed: readonly ManagedFacts[] | undefined
  /** What was left out for want of time or because there is too much of it; for people. */
  readonly leftOut: readonly string[]
  /** Seconds since 1970. */
  readonly nowSeconds: number
}
