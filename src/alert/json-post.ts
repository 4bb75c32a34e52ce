/** A POST with JSON in it. */
import type { Post } from './message.ts'

export function jsonPost(
  url: string,
  document: unknown,
  headersOf: (body: string) => Readonly<Record<string, string>> = () => ({}),
): Post {
  const body = JSON.stringify(document)
  return { kind: 'post', url, headers: { 'content-type': 'application/json', ...headersOf(body) }, body }
}

/** Cut to so many characters. */
export function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`
}

/** RFC 3339 in UTC. */
export function timeText(wallMs: number): string {
  return new Date(wallMs).toISOString()
}
