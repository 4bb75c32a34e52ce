/** What a token lets its bearer do; in a file of its own, as the command line needs no more of the configuration for its help. */
export const ROLES = ['read', 'operate'] as const
/** `read` may look, `operate` may change too. */
export type Role = (typeof ROLES)[number]
