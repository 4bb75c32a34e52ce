/** What one probe saw. */

export interface Outcome {
  /** `inconclusive` is a fault of this host or process: it says nothing about the endpoint and moves no counter. */
  readonly kind: 'pass' | 'fail' | 'inconclusive'
  /** Short and stable, for machines: `ok`, `refused`, `timeout`, `status`, `body`, `certificate`, `no-descriptors`, … */
  readonly reason: string
  /** For people, one line, at most 200 characters, nothing that the endpoint sent without being escaped. */
  readonly detail: string
  /** From the start of the probe to its end. */
  readonly latencyMs: number
}
