/** The parent's word against the zone's: NS records, glue, names and networks of the name servers. */
import { addressFromBytes, parseAddress } from '#base/address.ts'
import type { HostAddress, NameserverFacts, NsSet, ParentFacts, ParentServer, ZoneFacts } from './facts.ts'
import { type Finding, Findings, listed, sameSet, without } from './finding.ts'

/** What the parent says, as far as one of its servers has told. */
interface Delegation {
  readonly ns: NsSet
  /** Undefined where the server has the zone itself: then nothing shows what the parent's own records are. */
  readonly glue: readonly HostAddress[] | undefined
}

/** Of the NS records. The first server that answers for the zone speaks for it. */
export function judgeDelegation(facts: ZoneFacts): readonly Finding[] {
  const findings = new Findings('delegation')
  const { zone, parent } = facts
  if (parent === undefined) findings.ok('delegated', 'the root has no parent')
  else judgeParent(parent, zone, findings)
  const delegation = delegationOf(parent)
  const own = ownNs(facts)
  judgeServersAgree(facts, findings)
  if (delegation !== undefined && own !== undefined) judgeSets(delegation, own, findings)
  return [
    ...findings.list,
    ...judgeSpread(facts),
    ...facts.nameservers.flatMap(one => judgeNameserver(one, delegation)),
  ]
}

/** The zone's own NS records, as the first server has them that answers for it. */
export function ownNs({ servers }: ZoneFacts): NsSet | undefined {
  return servers.map(({ exam }) => exam?.ns).find(ns => ns !== undefined)
}

function delegationOf(parent: ParentFacts | undefined): Delegation | undefined {
  const outcomes = parent?.servers.map(({ outcome }) => outcome) ?? []
  const delegating = outcomes.find(outcome => outcome.kind === 'delegates')
  if (delegating !== undefined) return { ns: delegating.ns, glue: delegating.glue }
  const serving = outcomes.find(outcome => outcome.kind === 'serves')
  return serving === undefined ? undefined : { ns: serving.ns, glue: undefined }
}

function judgeParent({ zone: name, problem, servers }: ParentFacts, zone: string, findings: Findings): void {
  const parent = name === undefined ? 'the parent' : `the parent ${name}`
  if (problem !== undefined)
    findings.error(
      'parent-answers',
      `the servers of the parent of ${zone} are not known: ${problem}`,
      'see that --resolver can be asked, or name a server of the parent by --parent',
    )
  const failed = servers.filter(({ outcome }) => outcome.kind === 'failed')
  const answering = servers.filter(({ outcome }) => outcome.kind !== 'failed')
  if (answering.length > 0 && failed.length === 0)
    findings.ok('parent-answers', `${parent} answers at ${listed(answering.map(one => one.address))}`)
  const detail = failed.map(
    ({ address, outcome }) => `${address}: ${'detail' in outcome ? outcome.detail : ''}`,
  )
  if (failed.length > 0 && answering.length > 0)
    findings.warning(
      'parent-answers',
      `not all servers of ${parent} answer: ${detail.join('; ')}`,
      'tell whoever runs the parent zone',
    )
  if (failed.length > 0 && answering.length === 0)
    findings.error(
      'parent-answers',
      `no server of ${parent} answers: ${detail.join('; ')}`,
      'see that this host may ask port 53 outside, or name a server of the parent by --parent',
    )
  if (answering.length > 0) judgeAnswering(answering, zone, parent, findings)
}

function judgeAnswering(
  answering: readonly ParentServer[],
  zone: string,
  parent: string,
  findings: Findings,
): void {
  const told = new Set(answering.map(saidBy))
  if (told.size > 1)
    findings.warning(
      'parents-agree',
      `the servers of ${parent} differ: ${answering.map(one => `${one.address} says ${saidBy(one)}`).join('; ')}`,
      'wait until the parent zone has reached all of its servers, and look at its serials if it does not',
    )
  else if (answering.length > 1) findings.ok('parents-agree', `all servers of ${parent} say the same`)
  const kinds = answering.map(({ outcome }) => outcome.kind)
  if (kinds.includes('delegates')) findings.ok('delegated', `${parent} delegates ${zone}`)
  else if (kinds.includes('serves'))
    findings.warning(
      'delegated',
      `the server of ${parent} serves ${zone} itself: its answer does not show what the parent zone delegates`,
      `take ${zone} off that server, or make sure that its copy is the same and that the NS records are in the parent zone too`,
    )
  else
    findings.error(
      'delegated',
      `${parent} does not delegate ${zone}: ${answering.map(saidBy)[0]}`,
      `enter the NS records of ${zone} in the parent zone, with glue for names within ${zone}`,
    )
}

function saidBy({ outcome }: ParentServer): string {
  switch (outcome.kind) {
    case 'delegates':
    case 'serves': {
      const glue = outcome.kind === 'delegates' ? outcome.glue.map(({ address }) => address) : []
      return `NS ${listed([...outcome.ns.names].sort())}${glue.length === 0 ? '' : ` (${glue.sort().join(', ')})`}`
    }
    case 'none':
    case 'failed':
      return outcome.detail
    default:
      return outcome satisfies never
  }
}

function judgeSets({ ns: parent, glue }: Delegation, own: NsSet, findings: Findings): void {
  const [missing, extra] = [without(own.names, parent.names), without(parent.names, own.names)]
  if (missing.length > 0)
    findings.warning(
      'ns-set',
      `the zone has NS ${listed(missing)}, the parent has not: whoever comes from above does not find it`,
      `add NS ${listed(missing)} to the parent zone, or take it out of nameservers:`,
    )
  if (extra.length > 0)
    findings.warning(
      'ns-set',
      `the parent has NS ${listed(extra)}, the zone has not`,
      `take NS ${listed(extra)} out of the parent zone if it is gone, or add it to nameservers: on all nodes`,
    )
  if (missing.length === 0 && extra.length === 0)
    findings.ok('ns-set', `the parent and the zone name ${listed(own.names)}`)
  if (glue === undefined) return
  const [above, below] = [parent.ttlSeconds, own.ttlSeconds]
  findings.ok(
    'ns-ttl',
    above === below
      ? `NS records are kept for ${above} s`
      : `NS records are kept for ${above} s from the parent, ${below} s from the zone: a change of servers takes the longer of them`,
  )
}

function judgeServersAgree({ servers }: ZoneFacts, findings: Findings): Finding | undefined {
  const sets = servers.flatMap(({ address, exam }) =>
    exam?.ns === undefined ? [] : [{ address, ns: exam.ns }],
  )
  const [first, ...others] = sets
  if (first === undefined || others.length === 0) return undefined
  const differing = others.filter(({ ns }) => !sameSet(ns.names, first.ns.names))
  if (differing.length === 0) return findings.ok('servers-agree', 'all name servers have the same NS records')
  return findings.warning(
    'servers-agree',
    `NS records differ: ${[first, ...differing].map(({ address, ns }) => `${address} has ${listed(ns.names)}`).join('; ')}`,
    'put the same zone file on all nodes and reload them',
  )
}

function judgeNameserver(
  { name, inZone, resolution }: NameserverFacts,
  delegation: Delegation | undefined,
): readonly Finding[] {
  const findings = new Findings('delegation', name)
  switch (resolution.kind) {
    case 'alias':
      findings.error(
        'ns-name',
        `is an alias of ${resolution.target}: a name server's name must not be one (RFC 2181 §10.3)`,
        `give ${name} A and AAAA records of its own, or name ${resolution.target} in the NS record`,
      )
      break
    case 'none':
      findings.error(
        'ns-name',
        `has no address: ${resolution.detail}`,
        inZone ? `give ${name} an address in nameservers:` : `give ${name} an address in its own zone`,
      )
      break
    case 'unknown':
      findings.warning(
        'ns-name',
        `could not be resolved: ${resolution.detail}`,
        inZone ? 'see the findings about the servers' : 'see that the resolver can be asked (--resolver)',
      )
      break
    case 'found':
      findings.ok('ns-name', `is ${listed(resolution.addresses)}`)
      break
    default:
      resolution satisfies never
  }
  if (delegation?.glue !== undefined && inZone && delegation.ns.names.includes(name))
    judgeGlue(name, delegation.glue, resolution.kind === 'found' ? resolution.addresses : [], findings)
  return findings.list
}

function judgeGlue(
  name: string,
  all: readonly HostAddress[],
  own: readonly string[],
  findings: Findings,
): void {
  const glue = all.filter(one => one.name === name).map(({ address }) => address)
  if (glue.length === 0)
    findings.error(
      'glue',
      'the parent has no glue: the name lies within the zone, and nobody finds the zone without the address',
      `add the ${own.length === 0 ? 'address' : `address ${listed(own)}`} of ${name} to the parent zone`,
    )
  if (glue.length === 0 || own.length === 0) return
  const [wrong, missing] = [without(glue, own), without(own, glue)]
  if (wrong.length > 0)
    findings.error(
      'glue',
      `the parent's glue ${listed(wrong)} is no address that the zone has (${listed(own)})`,
      `change the glue of ${name} in the parent zone, or the address in nameservers:`,
    )
  if (missing.length > 0)
    findings.warning(
      'glue',
      `the parent has no glue for ${listed(missing)}`,
      `add ${listed(missing)} to the glue of ${name} in the parent zone`,
    )
  if (wrong.length === 0 && missing.length === 0) findings.ok('glue', `the parent's glue is ${listed(glue)}`)
}

function judgeSpread({ nameservers, servers }: ZoneFacts): readonly Finding[] {
  const findings = new Findings('delegation')
  const advice = 'run the second node at another place, with an address in another network (RFC 2182)'
  const networks = new Set(servers.map(({ address }) => networkOf(address)))
  // A server is often in one network of each family.
  const families = ['ipv4', 'ipv6'].map(family => [...networks].filter(one => one.startsWith(family)).length)
  if (nameservers.length === 1)
    findings.warning('spread', `there is only one name server, ${nameservers[0]?.name}`, advice)
  else if (servers.length === 1)
    findings.warning('spread', `all name servers are one address, ${servers[0]?.address}`, advice)
  else if (servers.length > 1 && Math.max(...families) === 1)
    findings.warning(
      'spread',
      `all name servers are in one network: ${listed([...networks].map(one => one.slice('ipvN '.length)))}`,
      advice,
    )
  else if (servers.length > 1)
    findings.ok('spread', `${nameservers.length} name servers in ${networks.size} networks`)
  return findings.list
}

/** `ipv4 192.0.2.0/24`, `ipv6 2001:db8:1::/48`: what usually stands or falls together. */
function networkOf(text: string): string {
  const address = parseAddress(text)
  if (address === undefined) return text
  const { family, bytes } = address
  const bits = family === 'ipv4' ? 24 : 48
  const network = addressFromBytes(bytes.map((byte, at) => (at < bits / 8 ? byte : 0)))
  return `${family} ${network.text}/${bits}`
}
