/** `expect.body-regex` of a check. */
import { RE2JS } from 're2js'
import { refine, text } from './values.ts'
import { show } from './words.ts'

/** Even a short expression can be compiled to a long program: `a{1000}`. */
const MAX_TEXT_BYTES = 1024

/**
 * The time that a body takes grows with its length times that of the program. So much takes half a second at the very worst, for which all
 * other probes wait; what is usual takes a few milliseconds.
 */
const MAX_STEPS = 100 * 65_536

/** In the syntax of RE2, which is read in linear time: without references back, and without looking around. */
export const bodyRegex = refine(text(MAX_TEXT_BYTES), expression => {
  try {
    RE2JS.compile(expression)
    return { value: expression }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return { problem: `${show(expression)} is not a regular expression of RE2: ${why}` }
  }
})

/** What is wrong with looking for the expression in so many bytes; undefined if nothing is. */
export function problemOfCost(expression: string, maxBodyBytes: number): string | undefined {
  const most = Math.floor(MAX_STEPS / RE2JS.compile(expression).programSize())
  return maxBodyBytes <= most
    ? undefined
    : `takes too long in a body of ${maxBodyBytes} bytes; at most max-body: ${most} with this expression, or write a simpler one`
}
