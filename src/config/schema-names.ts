/** What there are schemas of; in a file of its own, as the command line needs no more of the configuration for its help. */
export const SCHEMA_NAMES = ['understudy', 'zone'] as const
export type SchemaName = (typeof SCHEMA_NAMES)[number]
