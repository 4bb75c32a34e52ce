/** What a script takes for healthy: statuses, a text in the body, and how often it must fail. */
import type { CurlRequest } from './curl-request.ts'
import type { Call, Fact, Script } from './script-facts.ts'
import { UNKNOWN } from './shell-values.ts'

const FAIL_VARIABLE =
  /^(MAX|ALLOWED)_?(FAIL|FAILS|FAILURES|FAILED|RETRIES|ERRORS|ERR)(_COUNT)?$|^(FAIL|FAILS|FAILURE|FAILOVER|ERROR|DOWN|FALL)_?(THRESHOLD|LIMIT|MAX)$|^(THRESHOLD|FALL|RETRIES)$/i
const RISE_VARIABLE =
  /^(MAX|MIN)_?(OK|OKS|SUCCESS|SUCCESSES|PASSES|GOOD)$|^(SUCCESS|RECOVERY|RECOVER|FAILBACK|OK|UP|RISE)_?(THRESHOLD|LIMIT|COUNT|MIN)$|^RISE$/i
const STATUS_VARIABLE = /^(EXPECTED|EXPECT|OK|GOOD|WANTED)_?(HTTP_)?(STATUS|CODE|HTTP)(_CODE)?$|^HTTP_OK$/i

/** Fails in a row: by a variable, or by the number that a counter is compared with. */
export function fallOf(script: Script): Fact<string> | undefined {
  return script.variable(FAIL_VARIABLE) ?? comparedCounter(script, /fail|err|bad|down|count|miss/i)
}

export function riseOf(script: Script): Fact<string> | undefined {
  return script.variable(RISE_VARIABLE) ?? comparedCounter(script, /\bok|success|good|pass|recover|up_count/i)
}

function comparedCounter(script: Script, name: RegExp): Fact<string> | undefined {
  for (const { command } of script.calls) {
    const raw = command.words.map(({ parts }) => parts.map(({ text }) => text).join(''))
    for (let i = 1; i + 1 < raw.length; i++) {
      const [left = '', operator = '', right = ''] = raw.slice(i - 1, i + 2)
      const isArithmetic = raw.includes('((')
      const isMore = operator === '-gt' || (isArithmetic && operator === '>')
      if (
        (isMore || ['-ge', '-eq', '>=', '=='].includes(operator)) &&
        /^\d{1,3}$/.test(right) &&
        (isArithmetic || left.startsWith('$')) &&
        name.test(left)
      )
        return script.fact(String(Number(right) + (isMore ? 1 : 0)), command.offset, 'comparison')
    }
  }
  return undefined
}

export type Status = string | number

/** The statuses that pass, as `expect.status` has them. */
export function statusOf(script: Script, request: CurlRequest): Fact<readonly Status[]> | undefined {
  const variable = script.variable(STATUS_VARIABLE)
  const compared = comparedStatuses(script)
  if (compared !== undefined) return compared
  if (variable !== undefined)
    return { ...variable, value: variable.value.split(/[\s,|]+/).filter(one => one !== '') }
  if (request.writesStatus) return undefined
  // curl: --fail is for 400 and above; without it any answer is good.
  const range = request.failsOnError ? '100-399' : '100-599'
  return script.fact([range], request.offset, request.failsOnError ? 'curl -f' : 'curl without -f')
}

const STATUS = /^[1-5]\d\d$/

function comparedStatuses(script: Script): Fact<readonly Status[]> | undefined {
  const found: Status[] = []
  let offset: number | undefined
  for (const { name, words, command } of script.calls) {
    if (
      name !== '[' &&
      name !== '[[' &&
      name !== 'test' &&
      !command.words.some(({ parts }) => parts[0]?.text === '[')
    )
      continue
    for (let i = 0; i < words.length; i++) {
      const [before = '', text = '', after = ''] = [words[i - 1]?.text, words[i]?.text, words[i + 1]?.text]
      const statuses = ['=', '==', '!=', '-eq', '-ne'].includes(text)
        ? [before, after].filter(one => STATUS.test(one)).map(Number)
        : text === '=~'
          ? statusesOfPattern(after)
          : rangeOf(words, i)
      if (statuses.length > 0) offset ??= command.offset
      for (const one of statuses) if (!found.includes(one)) found.push(one)
    }
  }
  return offset === undefined ? undefined : script.fact(found, offset, 'comparison')
}

/** `"$code" -ge 200 ] && [ "$code" -lt 400`: the end is in the next command, so only the common ends are known. */
function rangeOf(words: readonly { readonly text: string }[], at: number): Status[] {
  const [operator = '', value = ''] = [words[at]?.text, words[at + 1]?.text]
  if (operator === '-lt' && /^[2-6]00$/.test(value)) return [`200-${Number(value) - 1}`]
  return operator === '-le' && /^[2-5]99$/.test(value) ? [`200-${value}`] : []
}

/** `^2`, `^[23]`, `^2..$`, `^(200|204)$`. */
function statusesOfPattern(pattern: string): Status[] {
  const digits = /^\^?(?:(\d)|\[([\d-]+)\])(?:\.\.|\[0-9\]\{2\}|\[0-9\]\[0-9\]|\\d\\d)?\$?$/.exec(pattern)
  if (digits !== null) {
    const all = (digits[1] ?? digits[2] ?? '').replace(/(\d)-(\d)/, (_, from: string, to: string) => {
      let between = ''
      for (let one = Number(from); one <= Number(to); one++) between += one
      return between
    })
    return [...all].filter(one => one >= '1' && one <= '5').map(one => `${one}00-${one}99`)
  }
  const several = /^\^?\(?((?:[1-5]\d\d\|?)+)\)?\$?$/.exec(pattern)
  return several === null
    ? []
    : (several[1] ?? '')
        .split('|')
        .filter(one => one !== '')
        .map(Number)
}

/** `curl … | grep -q ok`: what must be in the body. */
export function bodyOf(
  script: Script,
  check: Call | undefined,
): (Fact<string> & { readonly isPattern: boolean; readonly ignoresCase: boolean }) | undefined {
  if (check === undefined || !check.command.isPiped) return undefined
  const next = script.calls[script.calls.indexOf(check) + 1]
  if (next === undefined || !['grep', 'egrep', 'fgrep'].includes(next.name)) return undefined
  const options = next.words
    .filter(({ text }) => text.startsWith('-'))
    .map(({ text }) => text)
    .join('')
  const pattern = next.words.find(({ text }) => !text.startsWith('-'))
  if (pattern === undefined || pattern.text.includes(UNKNOWN)) return undefined
  const isFixed = next.name === 'fgrep' || options.includes('F')
  return {
    ...script.fact(pattern.text, pattern.offset, 'grep'),
    isPattern: !isFixed && /[\\^$.|?*+()[\]{}]/.test(pattern.text),
    ignoresCase: /i/.test(options.replace(/--\w[\w-]*/g, '')),
  }
}
