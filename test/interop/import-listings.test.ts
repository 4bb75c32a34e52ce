/** Three set-ups of other systems as people have them, imported, checked and served: they fail over and back in their own times. Only addresses are of this host. */
import { describe, it } from 'node:test'
import { cloudflareFailsOver, route53FailsOver, scriptFailsOver } from '#test/imported-listings.ts'

const TIMEOUT = { timeout: 600_000 }

describe('imported as it is', { concurrency: true }, () => {
  it('a script fails over after three fails 30 s apart, and back', TIMEOUT, () => scriptFailsOver([]))
  it('Route 53 fails over after three fails 10 s apart, and back', TIMEOUT, () => route53FailsOver([]))
  it('Cloudflare fails over, with two retries every 60 s, and back', TIMEOUT, () => cloudflareFailsOver([]))
})
