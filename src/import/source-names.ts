/** The words of the command line for sources, and what each is; in a file of its own, as a help needs none that reads them. */
export const SOURCE_NAMES = {
  bind: "BIND's named.conf, with the files of its zones",
  cloudflare: 'load balancers, pools and monitors of Cloudflare, as its API returns them in JSON',
  gdnsd: 'configuration, zone files and admin_state of gdnsd; or the folder of these',
  route53: 'Amazon Route 53: list-resource-record-sets, change batches and health checks, as JSON',
  script: 'a shell script with curl and nsupdate',
} as const

export type SourceName = keyof typeof SOURCE_NAMES
