/** From facts to findings. Pure: what is asked, and of whom, is not decided here. */
import type { ZoneFacts } from './facts.ts'
import { type Finding, Findings } from './finding.ts'
import { judgeDelegation } from './judge-delegation.ts'
import { judgeDnssec } from './judge-dnssec.ts'
import { judgeManaged } from './judge-managed.ts'
import { judgeServer } from './judge-server.ts'
import { judgeZone } from './judge-zone.ts'

/** All findings about the zone, in the order in which a person reads them. */
export function judge(facts: ZoneFacts): Finding[] {
  const leftOut = new Findings('zone')
  for (const words of facts.leftOut)
    leftOut.warning('left-out', words, 'ask again later, or for one zone alone')
  return [
    ...judgeDelegation(facts),
    ...facts.servers.flatMap(server => judgeServer(server, facts.zone)),
    ...judgeZone(facts),
    ...leftOut.list,
    ...judgeDnssec(facts),
    ...judgeManaged(facts),
  ]
}
