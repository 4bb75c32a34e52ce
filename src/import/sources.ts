/** All sources, by the word of the command line. */
import { BIND } from './bind.ts'
import { CLOUDFLARE } from './cloudflare.ts'
import { GDNSD } from './gdnsd.ts'
import { ROUTE53 } from './route53.ts'
import { SCRIPT } from './script.ts'
import type { ImportSource } from './source.ts'
import type { SourceName } from './source-names.ts'

export const SOURCES = {
  bind: BIND,
  cloudflare: CLOUDFLARE,
  gdnsd: GDNSD,
  route53: ROUTE53,
  script: SCRIPT,
} as const satisfies Readonly<Record<SourceName, ImportSource>>
