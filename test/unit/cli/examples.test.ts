/** Examples of the help are lines that the program takes: each is read by the commands themselves, which only do not do it. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Command } from 'commander'
import { wordsOf } from '#cli/line-words.ts'
import { program } from '#cli/program.ts'

function helpOf(command: Command): string {
  let help = ''
  command
    .configureOutput({
      writeOut: text => {
        help += text
      },
    })
    .outputHelp()
  return help
}

/** The command and those below it. */
function withSubcommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withSubcommands)]
}

/** Lines behind "Example:" or "Examples:", each indented. */
function examplesOf(command: Command): string[] {
  const [, block = ''] = /^Examples?:\n((?: {2}.*(?:\n|$))+)/m.exec(helpOf(command)) ?? []
  return block.split('\n').flatMap(line => (line.trim() === '' ? [] : [line.trim()]))
}

function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`
}

/** Reads the line as the program does; gives the command that would be run, which is not. Throws what the program complains of. */
async function commandRunBy(line: string): Promise<string> {
  const root = program(() => undefined)
  let run = 'none'
  for (const command of withSubcommands(root)) {
    command.exitOverride().configureOutput({ writeErr: () => undefined })
    if (command !== root)
      command.action(() => {
        run = pathOf(command)
      })
  }
  // What the shell does with the output is none of the program's business.
  const [name, ...args] = wordsOf(line.replace(/ >.*/, ''))
  assert.equal(name, root.name())
  await root.parseAsync(args, { from: 'user' })
  return run
}

describe('examples', () => {
  // Those that do something: `alert test`, not `alert`.
  const commands = withSubcommands(program(() => undefined)).filter(({ commands }) => commands.length === 0)

  it('are looked for in all commands', () => assert.ok(commands.length >= 20))

  for (const command of commands)
    it(`${pathOf(command)} --help has one, and it is a line for it`, async () => {
      const examples = examplesOf(command)
      assert.notDeepEqual(examples, [], helpOf(command))
      for (const example of examples) assert.equal(await commandRunBy(example), pathOf(command), example)
    })

  for (const [stale, complaint] of [
    ['understudy status --watched', /unknown option '--watched'/],
    ['understudy drain www/primary', /required option '--for <duration>'/],
    ['understudy force www/primary sideways --for 1h', /Allowed choices are up, down/],
    ['understudy reload zones', /too many arguments/],
    ['understudy doctor two..dots', /is not a name/],
  ] as const)
    it(`would not be: ${stale}`, () => assert.rejects(commandRunBy(stale), complaint))
})
