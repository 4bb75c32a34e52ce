/** What is imported really fails over: the listings of the golden cases, with addresses and shorter times. Those with their own times: test/interop/import-listings.test.ts. */
import { describe, it } from 'node:test'
import { cloudflareFailsOver, route53FailsOver, scriptFailsOver } from '#test/imported-listings.ts'

const TIMEOUT = { timeout: 120_000 }

describe('what is imported fails over', { concurrency: true }, () => {
  it('from a script', TIMEOUT, () => scriptFailsOver([['MAX_FAILS=3', 'MAX_FAILS=3\nCHECK_INTERVAL=1']]))

  it('from Route 53', TIMEOUT, () =>
    // The shortest interval of Route 53 is 10 s: one fail is to do.
    route53FailsOver([['"FailureThreshold": 3', '"FailureThreshold": 1']]),
  )

  it('from Cloudflare', TIMEOUT, () =>
    // The shortest interval of Cloudflare is 5 s.
    cloudflareFailsOver([
      ['"interval": 60', '"interval": 5'],
      ['"timeout": 5', '"timeout": 4'],
    ]),
  )
})
