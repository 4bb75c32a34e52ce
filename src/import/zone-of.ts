/** Which zones the names of a source go to, where it does not say: the parents of the names. */
import { labelCount, labelsOf, type Name, parentOf } from '#wire/name.ts'
import type { Findings } from './findings.ts'

/**
 * The zones that the names are in. Each name is in its parent, without labels such as `_tcp`; a name of one or two labels is a zone by itself, since nobody is given
 * a top-level domain. Of zones that lie in each other the uppermost holds all. All in lower case.
 */
export function zonesOf(names: Iterable<Name>): Name[] {
  const parents = new Set<Name>()
  for (const name of names) parents.add(zoneOf(name))
  const tops = [...parents].sort((a, b) => labelCount(a) - labelCount(b))
  const zones = new Set<Name>()
  for (const one of tops) if (zoneHolding(one, zones) === undefined) zones.add(one)
  return [...zones]
}

/** The zone, of these, that the name is in: the one nearest above it. All in lower case. */
export function zoneHolding(name: Name, zones: ReadonlySet<Name>): Name | undefined {
  let one: Name | undefined = name
  while (one !== undefined && !zones.has(one)) one = parentOf(one)
  return one
}

function zoneOf(name: Name): Name {
  let host = name
  while (labelsOf(host)[0]?.startsWith('_') === true) host = parentOf(host) ?? host
  return labelCount(host) <= 2 ? host : (parentOf(host) ?? host)
}

/** Of what --zone leaves out, where files have more than its names. */
export function reportOutside(count: number, what: string, findings: Findings): void {
  if (count > 0) findings.note(`${what} outside of the zone that --zone names`, `are left out: ${count}`)
}
