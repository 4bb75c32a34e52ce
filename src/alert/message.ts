/** What is told to a receiver, and what comes of it. */
import type { AlertEvent } from './event.ts'
import type { MailRoute } from './receiver.ts'

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
  readonly kind: 'post'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** A mail (RFC 5322), and by which server it goes to whom. The route holds secrets: none is shown or logged. */
export interface Mail {
  readonly kind: 'mail'
  readonly route: MailRoute
  /** What the sender is called beside its address. */
  readonly fromName: string
  readonly subject: string
  readonly text: string
  /** Each with its angle brackets. */
  readonly messageId: string
  readonly references: readonly string[]
  /** Milliseconds since 1970. */
  readonly wallMs: number
}

export type Parcel = Post | Mail

export type Delivered =
  /** `but` is what is wrong all the same. */
  | { readonly kind: 'accepted'; readonly detail: string; readonly but?: string }
  /** May go better another time. With `ofMessage` it may be this very message that cannot be taken. */
  | {
      readonly kind: 'failed'
      readonly detail: string
      readonly retryAfterMs?: number
      readonly ofMessage?: true
    }
  /** The message itself is wrong for it. */
  | { readonly kind: 'refused'; readonly detail: string }

export type NotTaken = Exclude<Delivered, { readonly kind: 'accepted' }>
