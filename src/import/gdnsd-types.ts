/** Which types of records stand beside each other in zones of gdnsd. */

export const ADDRESSES: readonly string[] = ['A', 'AAAA']

/** What is wrong with a record beside those that stand at its name. */
export function problemBeside(before: readonly string[], word: string): string | undefined {
  if (before.length === 0) return undefined
  const alone = ['CNAME', 'DYNC'].find(one => one === word || before.includes(one))
  if (alone !== undefined) return `${alone} cannot stand beside ${alone === word ? before[0] : word}`
  if (word === 'DYNA' && before.includes('DYNA')) return 'there is a DYNA already'
  const clash = before.find(one =>
    word === 'DYNA' ? ADDRESSES.includes(one) : one === 'DYNA' && ADDRESSES.includes(word),
  )
  return clash === undefined ? undefined : `${word} cannot stand beside ${clash}`
}
