/** Sends what is to be told, by HTTP or as mail. */
import { deliverMail } from './deliver-mail.ts'
import { deliverPost } from './deliver-post.ts'
import type { Delivered, Parcel } from './message.ts'

/** Ends when the receiver has said what it makes of it, or the signal is given. Never rejects. */
export function deliver(parcel: Parcel, signal: AbortSignal): Promise<Delivered> {
  return parcel.kind === 'mail' ? deliverMail(parcel, signal) : deliverPost(parcel, signal)
}
