/** What a script does beside failing over: it is reported, line by line. */
import type { Findings } from './findings.ts'
import type { ScriptCheck } from './script-check.ts'
import type { Call, Script } from './script-facts.ts'
import { UNKNOWN } from './shell-values.ts'

/** Commands that leave nothing behind but files of the script's own, and words of the shell. */
const HARMLESS = new Set(
  (
    'echo printf logger date set exit return local export readonly declare typeset sleep cat rm touch mkdir mktemp flock trap true false : . source test [ [[ (( let cd umask ' +
    'read shift wait kill tee head tail grep egrep fgrep awk sed cut tr wc sort basename dirname dig host nslookup nsupdate for while until if case esac select in function ' +
    'shopt unset break continue hostname whoami id ps pgrep stat ls mv cp chmod sync crontab type which hash getopts eval bc expr seq env curl wget nc ncat netcat ping ping6 ' +
    'timeout jq openssl done fi then else elif do { } ]] ] )) & 0 1'
  ).split(' '),
)
const KNOWN_VARIABLES =
  /STATE|LOG|LOCK|PID|FILE|DIR|PATH|KEY|SERVER|^NS\d?$|^DNS|NAMESERVER|STATUS|CODE|COUNT|FAIL|CURRENT|TARGET|^IFS$|TTL|ZONE|TIMEOUT|TIME|TMP|NOW|URL|PORT|OPTS|OPTIONS|ARGS|^IP$|RESULT|RESPONSE|OUT|STAMP|NAME|HOST|RC|RET|PROTO|SCHEME|ENDPOINT|MESSAGE|MSG|STRIKES|STREAK/i

/** @param isAlert whether a command tells people or other systems */
export function reportRest(
  script: Script,
  isAlert: (call: Call) => boolean,
  check: ScriptCheck,
  findings: Findings,
): void {
  for (const call of script.calls) {
    const place = script.input.at(call.command.offset)
    const line = `${call.name} ${call.words.map(({ text }) => text).join(' ')}`.trim()
    const shown = line.replaceAll(UNKNOWN, '…').slice(0, 60)
    if (call === check.call) continue
    if (isAlert(call))
      findings.lost(
        `the message by ${call.name}`,
        'is not sent any more; say under alerts: who is told of what happens (docs/alerts.md)',
        place,
      )
    else if (call.name === 'aws' || call.name === 'gcloud' || call.name === 'az')
      findings.note(
        `${shown}`,
        'if it changes DNS, it is no longer needed; all else that it does is not done any more',
        place,
      )
    else if (
      !HARMLESS.has(call.name) &&
      !script.functions.has(call.name) &&
      !call.name.includes(UNKNOWN) &&
      !call.name.startsWith('#')
    )
      findings.lost(
        `command ${JSON.stringify(shown)}`,
        'is not understood, and nothing does it any more',
        place,
      )
  }
  for (const { name, offset } of script.unused)
    if (!KNOWN_VARIABLES.test(name) && /^[A-Z]/.test(name))
      findings.note(
        `variable ${name}`,
        'has no meaning for a zone, or none that is known',
        script.input.at(offset),
      )
}
