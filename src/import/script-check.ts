/** The health check of a script: a curl, a connection by nc, or a ping. */
import { type CurlRequest, readCurl } from './curl-request.ts'
import type { Call, Fact, Script } from './script-facts.ts'
import { UNKNOWN } from './shell-values.ts'

export type ScriptCheck =
  | {
      readonly kind: 'curl'
      readonly request: CurlRequest
      readonly call: Call | undefined
      readonly from: string
    }
  | {
      readonly kind: 'tcp'
      readonly port: Fact<string>
      readonly target: string
      readonly timeout: string | undefined
      readonly call: Call
    }
  | {
      readonly kind: 'icmp'
      readonly count: string | undefined
      readonly target: string
      readonly timeout: string | undefined
      readonly call: Call
    }

const URL_VARIABLE =
  /^(CHECK|HEALTH|HEALTHCHECK|HEALTH_CHECK|PROBE|TEST|MONITOR|PRIMARY|PRIMARY_CHECK)?_?URL$/i

/** @param targets addresses and names that the script is about */
export function checkOf(script: Script, targets: readonly string[]): ScriptCheck | undefined {
  return curlCheck(script, targets) ?? urlCheck(script) ?? tcpCheck(script) ?? pingCheck(script)
}

/** Whether the command sends something to somewhere else: an alert, or an API. */
export function isAlert({ name, words }: Call, targets: readonly string[]): boolean {
  if (['mail', 'mailx', 'sendmail', 'msmtp', 'mutt', 'swaks'].includes(name)) return true
  if (name !== 'curl' && name !== 'wget') return false
  const request = readCurl(words)
  return request !== undefined && (request.hasData || !aimsAt(request, targets))
}

function curlCheck(script: Script, targets: readonly string[]): ScriptCheck | undefined {
  for (const call of script.calls) {
    if (call.name !== 'curl') continue
    const request = readCurl(call.words)
    if (request === undefined || request.hasData || !aimsAt(request, targets)) continue
    script.variable(URL_VARIABLE)
    return { kind: 'curl', request, call, from: `curl, ${script.input.at(call.command.offset)}` }
  }
  return undefined
}

/** A variable for the URL, with another command than curl. */
function urlCheck(script: Script): ScriptCheck | undefined {
  const url = script.variable(URL_VARIABLE)
  if (url === undefined) return undefined
  const call = script.calls.find(
    ({ name, words }) => name === 'wget' && words.some(({ text }) => text === url.value),
  )
  const value = (name: RegExp): string | undefined =>
    call?.words.map(({ text }) => name.exec(text)?.[1]).find(one => one !== undefined)
  const base = readCurl([{ text: url.value, offset: url.offset }])
  if (base === undefined) return undefined
  const request = {
    ...base,
    failsOnError: call !== undefined,
    followsRedirects: call !== undefined,
    isInsecure: call?.words.some(({ text }) => text === '--no-check-certificate') ?? false,
    maxTime: value(/^(?:--timeout=|-T)(\d+)$/),
  }
  return { kind: 'curl', request, call, from: url.from }
}

function aimsAt({ url, address }: CurlRequest, targets: readonly string[]): boolean {
  const rest = url.replace(/^[a-z]+:\/\//i, '')
  if (rest.startsWith(UNKNOWN)) return true
  const host = hostOf(url)
  return (
    targets.includes(host) ||
    (address !== undefined && (address.includes(UNKNOWN) || targets.includes(address)))
  )
}

/** Of a URL with or without a scheme; without brackets, in lower case. */
export function hostOf(url: string): string {
  const rest = url.replace(/^[a-z]+:\/\//i, '').replace(/[/?#].*$/s, '')
  const host = /^\[([^\]]*)\]/.exec(rest)?.[1] ?? rest.replace(/:\d+$/, '')
  return host.toLowerCase()
}

/** `nc -z -w 5 ADDRESS PORT`. */
function tcpCheck(script: Script): ScriptCheck | undefined {
  const call = script.calls.find(({ name }) => ['nc', 'ncat', 'netcat'].includes(name))
  if (call === undefined) return undefined
  const plain: { text: string; offset: number }[] = []
  let timeout = call.limit
  for (let i = 0; i < call.words.length; i++) {
    const word = call.words[i]
    if (word === undefined) continue
    if (/^-\w*[wG]$/.test(word.text)) timeout = call.words[++i]?.text
    else if (/^-w\d+$/.test(word.text)) timeout = word.text.slice(2)
    else if (!word.text.startsWith('-')) plain.push(word)
  }
  const [target, port] = plain
  if (target === undefined || port === undefined) return undefined
  return { kind: 'tcp', call, timeout, target: target.text, port: script.fact(port.text, port.offset, 'nc') }
}

/** `ping -c 1 -W 2 ADDRESS`. */
function pingCheck(script: Script): ScriptCheck | undefined {
  const call = script.calls.find(({ name }) => name === 'ping' || name === 'ping6')
  if (call === undefined) return undefined
  const after = (option: RegExp): string | undefined => {
    const index = call.words.findIndex(({ text }) => option.test(text))
    const text = call.words[index]?.text ?? ''
    return index < 0 ? undefined : (/^-\w(\d+)$/.exec(text)?.[1] ?? call.words[index + 1]?.text)
  }
  return {
    kind: 'icmp',
    call,
    count: after(/^-c\d*$/),
    timeout: after(/^-[wW]\d*$/) ?? call.limit,
    target: call.words.at(-1)?.text ?? '',
  }
}
