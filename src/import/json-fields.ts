/** The members of a JSON object as values of the kinds that are expected, with complaints of those that are not. */
import type { Input } from './input.ts'
import type { Json, JsonObject } from './json-reader.ts'

export class JsonFields {
  readonly input: Input
  readonly offset: number
  readonly #object: JsonObject
  readonly #read = new Set<string>()

  constructor(input: Input, object: JsonObject) {
    this.input = input
    this.offset = object.offset
    this.#object = object
  }

  /** The fields of a value; undefined, after a complaint, where it is no object. */
  static of(input: Input, value: Json, what: string): JsonFields | undefined {
    if (value.kind === 'object') return new JsonFields(input, value)
    input.complain(value.offset, `expected ${what}, an object in braces`)
    return undefined
  }

  /** `FILE:LINE` of the field, or of the object. */
  at(key?: string): string {
    return this.input.at(this.offsetOf(key))
  }

  /** Of the value of the field; of the object where there is none. */
  offsetOf(key?: string): number {
    const member = key === undefined ? undefined : this.#object.members.get(key)
    return member?.value.offset ?? this.offset
  }

  /** Whether it is there and not null. */
  has(key: string): boolean {
    return this.#member(key) !== undefined
  }

  complain(key: string, message: string): void {
    this.input.complain(this.offsetOf(key), `${key}: ${message}`)
  }

  /** A text of at most so many characters. */
  text(key: string, maxCharacters = 4096): string | undefined {
    const member = this.#member(key)
    if (member === undefined) return undefined
    const value = member.kind === 'scalar' ? member.value : undefined
    if (typeof value !== 'string') this.complain(key, 'expected a text')
    else if (value.length > maxCharacters)
      this.complain(key, `${value.length} characters are more than ${maxCharacters}`)
    else return value
    return undefined
  }

  /** A whole number within limits. */
  whole(key: string, min: number, max: number): number | undefined {
    const member = this.#member(key)
    if (member === undefined) return undefined
    const value = member.kind === 'scalar' ? member.value : undefined
    if (typeof value !== 'number' || !Number.isInteger(value)) this.complain(key, 'expected a whole number')
    else if (value < min) this.complain(key, `${value} is less than ${min}`)
    else if (value > max) this.complain(key, `${value} is more than ${max}`)
    else return value
    return undefined
  }

  /** A number within limits. */
  number(key: string, min: number, max: number): number | undefined {
    const member = this.#member(key)
    if (member === undefined) return undefined
    const value = member.kind === 'scalar' ? member.value : undefined
    if (typeof value !== 'number') this.complain(key, 'expected a number')
    else if (value < min) this.complain(key, `${value} is less than ${min}`)
    else if (value > max) this.complain(key, `${value} is more than ${max}`)
    else return value
    return undefined
  }

  flag(key: string): boolean | undefined {
    const member = this.#member(key)
    if (member === undefined) return undefined
    const value = member.kind === 'scalar' ? member.value : undefined
    if (typeof value === 'boolean') return value
    this.complain(key, 'expected true or false')
    return undefined
  }

  /** One of the words. */
  choice<const T extends string>(key: string, words: readonly T[]): T | undefined {
    const text = this.text(key)
    const found = words.find(word => word === text)
    if (text !== undefined && found === undefined)
      this.complain(key, `${JSON.stringify(text.slice(0, 60))} is not one of ${words.join(', ')}`)
    return found
  }

  child(key: string): JsonFields | undefined {
    const member = this.#member(key)
    if (member === undefined) return undefined
    if (member.kind === 'object') return new JsonFields(this.input, member)
    this.complain(key, 'expected an object in braces')
    return undefined
  }

  /** Of a list; none where there is none. */
  items(key: string): readonly Json[] {
    const member = this.#member(key)
    if (member === undefined) return []
    if (member.kind === 'array') return member.items
    this.complain(key, 'expected a list in brackets')
    return []
  }

  /** Texts of a list. */
  texts(key: string): { readonly text: string; readonly offset: number }[] {
    return this.items(key).flatMap(item => {
      if (item.kind === 'scalar' && typeof item.value === 'string')
        return { text: item.value, offset: item.offset }
      this.input.complain(item.offset, `${key}: expected texts`)
      return []
    })
  }

  /** That the field has been dealt with. */
  skip(...keys: readonly string[]): void {
    for (const key of keys) this.#read.add(key)
  }

  /** Whether it is there and says anything: not null, false, 0, an empty text, list or object. */
  says(key: string): boolean {
    const value = this.#member(key)
    if (value === undefined) return false
    if (value.kind === 'array') return value.items.length > 0
    if (value.kind === 'object') return value.members.size > 0
    return value.value !== false && value.value !== 0 && value.value !== ''
  }

  /** All that are there, also with null. */
  get keys(): string[] {
    return [...this.#object.members.keys()]
  }

  /** Keys that nobody has asked for. */
  get unread(): string[] {
    return [...this.#object.members.keys()].filter(key => !this.#read.has(key))
  }

  #member(key: string): Json | undefined {
    this.#read.add(key)
    const value = this.#object.members.get(key)?.value
    return value?.kind === 'scalar' && value.value === null ? undefined : value
  }
}
