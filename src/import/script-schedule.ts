/** How often a script probes: by its loop, by a variable, or by the cron lines in its comments. */
import type { Fact, Script } from './script-facts.ts'

/** Seconds from one run to the next; undefined where nothing tells. */
export function intervalOf(script: Script): Fact<number> | undefined {
  return loopInterval(script) ?? variableInterval(script) ?? cronInterval(script) ?? saidInterval(script)
}

/** `30`, `30s`, `0.5`, `1m`; undefined for what is no such time. */
export function secondsOf(text: string): number | undefined {
  const parts = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text.trim())
  if (parts === null) return undefined
  const unit = { ms: 0.001, s: 1, m: 60, h: 3600 }[parts[2] ?? 's'] ?? 1
  return Number(parts[1]) * unit
}

/** The last `sleep` of a loop: what comes before may wait for something else. */
function loopInterval(script: Script): Fact<number> | undefined {
  const isEndless = script.calls.some(
    ({ command, name }) => command.loops > 0 && ['true', ':', '1'].includes(name),
  )
  const sleeps = script.calls.filter(({ name, command }) => name === 'sleep' && command.loops > 0)
  const sleep = isEndless ? sleeps.at(-1) : undefined
  const seconds = secondsOf(sleep?.words[0]?.text ?? '')
  if (sleep === undefined || seconds === undefined) return undefined
  for (const name of script.values.names) if (/INTERVAL|SLEEP|PERIOD/i.test(name)) script.use(name)
  return script.fact(seconds, sleep.command.offset, 'sleep')
}

function variableInterval(script: Script): Fact<number> | undefined {
  const found = script.variable(
    /^(CHECK_|PROBE_|POLL_|HEALTH_|HEALTHCHECK_)?(INTERVAL|PERIOD|SLEEP|SLEEP_TIME|FREQUENCY)(_S|_SEC|_SECS|_SECONDS)?$/i,
  )
  const seconds = found === undefined ? undefined : secondsOf(found.value)
  return found === undefined || seconds === undefined ? undefined : { ...found, value: seconds }
}

/** `* * * * *`, with further lines that sleep first. */
function cronInterval(script: Script): Fact<number> | undefined {
  const lines = script.shell.comments.flatMap(({ text, offset }) => {
    const parts = /^[\s#]*(?:crontab:|cron:)?\s*(\*(?:\/\d+)?)\s+\*\s+\*\s+\*\s+\*\s+(.+)$/i.exec(text)
    if (parts === null) return []
    const minutes = Number(parts[1]?.slice(2) || 1)
    const delay = secondsOf(/\bsleep\s+(\S+?)\s*(?:;|&&)/.exec(parts[2] ?? '')?.[1] ?? '0') ?? 0
    return [{ minutes, delay, offset }]
  })
  const [first] = lines
  if (first === undefined) return sleepingTwice(script)
  const inner = innerSleep(script)
  if (lines.length === 1 && inner !== undefined && first.minutes === 1) return inner
  const starts = [...new Set(lines.map(({ delay }) => delay))].sort((a, b) => a - b)
  const period = first.minutes * 60
  const gaps = starts.map((start, index) => (starts[index + 1] ?? period + (starts[0] ?? 0)) - start)
  return script.fact(Math.max(...gaps), first.offset, 'cron')
}

/** `for i in 1 2; do check; sleep 30; done`, run every minute. */
function innerSleep(script: Script): Fact<number> | undefined {
  const sleep = script.calls.find(({ name, command }) => name === 'sleep' && command.loops > 0)
  const seconds = secondsOf(sleep?.words[0]?.text ?? '')
  return sleep === undefined || seconds === undefined || 60 % seconds !== 0
    ? undefined
    : script.fact(seconds, sleep.command.offset, 'sleep')
}

/** A script that checks, sleeps and checks again, without a loop or a word about cron. */
function sleepingTwice(script: Script): Fact<number> | undefined {
  const sleep = script.calls.findLast(({ name, command }) => name === 'sleep' && command.loops === 0)
  const seconds = secondsOf(sleep?.words[0]?.text ?? '')
  return sleep !== undefined && seconds === 30
    ? script.fact(seconds, sleep.command.offset, 'sleep')
    : undefined
}

/** `# runs every 30 seconds`. */
function saidInterval(script: Script): Fact<number> | undefined {
  for (const { text, offset } of script.shell.comments) {
    const parts = /\bevery\s+(?:(\d+)\s*)?(s|secs?|seconds?|m|mins?|minutes?)\b/i.exec(text)
    if (parts === null) continue
    const seconds = Number(parts[1] ?? 1) * (/^m/i.test(parts[2] ?? '') ? 60 : 1)
    return script.fact(seconds, offset, 'comment')
  }
  return undefined
}
