/** Vectors: one line each, parts between ` => `, in files of their own. */
import { readFileSync } from 'node:fs'
import { name } from '#wire/name.ts'
import { dataFromText } from '#wire/record-data.ts'
import { typeFromText } from '#wire/types.ts'
import { Lexer } from '#zone/lexer.ts'

/** What relative names of the vectors are below. */
export const ORIGIN = name('example.test.')

export interface Vector {
  readonly line: string
  readonly type: number
  /** What follows the type. */
  readonly text: string
  readonly rest: readonly string[]
}

/** The lines of `vectors/NAME.txt`. */
export function vectors(file: string): Vector[] {
  const lines = readFileSync(new URL(`vectors/${file}.txt`, import.meta.url), 'utf8').split('\n')
  return lines.filter(line => line !== '').map(vectorOf)
}

function vectorOf(line: string): Vector {
  const [record = '', ...rest] = line.split(' => ')
  const [mnemonic = '', ...words] = record.split(' ')
  const type = typeFromText(mnemonic)
  if (type === undefined) throw new RangeError(`${line}: no such type`)
  return { line, type, text: words.join(' '), rest }
}

/** Reads a text as it stands in a master file. */
export function readText(type: number, text: string): ReturnType<typeof dataFromText> {
  const bytes = Buffer.from(text, 'utf8').toString('latin1')
  return dataFromText(type, new Lexer(bytes).next()?.tokens ?? [], ORIGIN)
}
