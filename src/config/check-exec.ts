/** The health check `exec`. */
import { z } from 'zod'
import { checkKind } from './check-kind.ts'
import { demand } from './section.ts'
import { oneOrList, refine, text } from './values.ts'
import { show } from './words.ts'
import { said } from './written.ts'

const MAX_ARGUMENTS = 64
const MAX_VARIABLES = 64
const MAX_BYTES = 4096

const argument = refine(z.string(), written => {
  if (written.includes('\0')) return { problem: 'no argument can hold a zero byte' }
  return Buffer.byteLength(written) > MAX_BYTES
    ? { problem: `is longer than ${MAX_BYTES} bytes` }
    : { value: written }
})

const command = refine(z.array(argument).min(1).max(MAX_ARGUMENTS), argv => {
  const program = argv[0] ?? ''
  if (program === '') return { problem: 'the program is empty' }
  return program.includes('/') && !program.startsWith('/')
    ? { problem: `${show(program)} is relative; write the whole path, or a name that is found in PATH` }
    : { value: argv }
})

function problemOfVariable(name: string): string | undefined {
  if (!/^[A-Za-z_][A-Za-z0-9_]{0,255}$/.test(name)) return `${show(name)} is not the name of a variable`
  return name.startsWith('UNDERSTUDY_')
    ? `${name} cannot be set: UNDERSTUDY_* are given to the command`
    : undefined
}

const environment = refine(z.record(z.string(), argument), all => {
  const names = Object.keys(all)
  if (names.length > MAX_VARIABLES)
    return { problem: `${names.length} are too many; at most ${MAX_VARIABLES}` }
  const problem = names.map(problemOfVariable).find(one => one !== undefined)
  return problem === undefined ? { value: all } : { problem }
})

const variable = refine(text(256), name => {
  const problem = problemOfVariable(name)
  return problem === undefined ? { value: name } : { problem }
})

const EXEC_SHAPE = {
  command: said(command, 'The program, with its whole path or found in PATH, and its arguments.', {
    isNeeded: true,
  }),
  environment: said(environment, 'Variables of the command, by name.'),
  inherit: said(
    oneOrList(variable),
    "Names of variables that are handed on from the server's own environment, for secrets.",
  ),
} as const

export const EXEC_KIND = checkKind(EXEC_SHAPE, ({ source, path, section, port }) => {
  const { values } = section
  demand(source, path, section, 'command')
  if (source.keys(path).includes('source-address'))
    source.complain([...path, 'source-address'], 'does not go with type exec', 'key')
  return {
    type: 'exec',
    command: values.command ?? ['true'],
    environment: values.environment ?? {},
    inherit: values.inherit ?? [],
    ...(port === undefined ? {} : { port }),
  }
})
