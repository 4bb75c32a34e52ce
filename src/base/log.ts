/** Where log lines go: what the lower floors need of a logger. */

export interface Log {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}
