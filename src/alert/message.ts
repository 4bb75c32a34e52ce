/** What is told to a receiver, and what comes of it. */
import type { AlertEvent } from './event.ts'

export interface Message {
  readonly event: AlertEvent
  /** What it ends, where that is known. */
  readonly opening: AlertEvent | undefined
  /** It was told before, and still lasts. */
  readonly isReminder: boolean
  /** So many were lost since the last message: too many waited. */
  readonly lost: number
  /** Now, milliseconds since 1970. */
  readonly wallMs: number
}

/** A POST request. URL, headers and body may hold secrets: none is shown or logged. */
export interface Post {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export type Delivered =
  | { readonly kind: 'accepted'; readonly detail: string }
  /** May go better another time. */
  | { readonly kind: 'failed'; readonly detail: string; readonly retryAfterMs?: number }
  /** The message itself is wrong for it. */
  | { readonly kind: 'refused'; readonly detail: string }
