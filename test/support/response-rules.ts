/** What holds of every response, however damaged its query was. */
import assert from 'node:assert/strict'
import { decodeMessage } from '#wire/message.ts'

/**
 * It is no response to a response, has the query's ID, and the question is the query's byte for byte, or absent.
 *
 * @param whole whether all of it is read, which takes time
 */
export function assertResponse(
  query: Uint8Array,
  response: Uint8Array,
  whole: boolean,
  context: () => string,
): void {
  must(response.length >= 12, context)
  must(((query[2] ?? 0) & 0x80) === 0, () => `a response to a response; ${context()}`)
  must(((response[2] ?? 0) & 0x80) !== 0, context)
  must(response[0] === query[0] && response[1] === query[1], context)
  const questions = ((response[4] ?? 0) << 8) | (response[5] ?? 0)
  must(questions <= 1, context)
  if (!whole) return
  const message = decodeMessage(response)
  if (message === undefined) assert.fail(`${context()} -> ${Buffer.from(response).toString('hex')}`)
  if (questions === 1) {
    const end = 12 + (message.questions[0]?.name.length ?? 0) + 4
    must(Buffer.compare(response.subarray(12, end), query.subarray(12, end)) === 0, context)
  }
}

/** `assert.ok` whose words are made only where it fails: of a million packets that is most of the time. */
export function must(holds: boolean, context: () => string): void {
  if (!holds) assert.fail(context())
}
