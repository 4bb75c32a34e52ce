/** Queries per second of processor time: the servers side by side, in interleaved rounds. */
import type { ChildProcess } from 'node:child_process'
import { BACKUP, MANAGED, MANAGED_QUERIES, PRIMARY, SAMPLES, staticQueries } from './bench-zone.ts'
import { dns2 } from './peers/dns2.ts'
import { gdnsd } from './peers/gdnsd.ts'
import { knot } from './peers/knot.ts'
import { nsd } from './peers/nsd.ts'
import type { Peer } from './peers/peer.ts'
import { understudy } from './peers/understudy.ts'
import { freePort } from './ports.ts'
import { chooseProcessors, type Processors } from './processors.ts'
import { ask, untilAnswered } from './query.ts'
import { measureLoad, type Rounds, rotated } from './server-load.ts'
import { Stage } from './stage.ts'
import { startWeb } from './web.ts'

const PEERS: readonly Peer[] = [understudy, gdnsd, nsd, knot, dns2]

const KINDS = ['static', 'managed'] as const
export type Kind = (typeof KINDS)[number]

export interface PeerFigures {
  readonly name: string
  readonly version: string
  readonly checksHealth: boolean
  /** Queries answered per second of processor time, round by round. */
  readonly perCpuSecond: Readonly<Record<Kind, readonly number[]>>
}

export interface QueryFigures {
  readonly rounds: Rounds
  readonly peers: readonly PeerFigures[]
  readonly missing: readonly string[]
  /** Queries that were not answered, over all rounds of all servers. */
  readonly unanswered: number
}

interface Contestant {
  readonly peer: Peer
  readonly version: string
  readonly port: number
  readonly child: ChildProcess
  readonly perCpuSecond: Readonly<Record<Kind, number[]>>
}

/** Throws if a server does not start, answers wrongly or leaves queries unanswered. */
export async function measureQueries(rounds: Rounds): Promise<QueryFigures> {
  const processors = chooseProcessors()
  await using stage = await Stage.open()
  const webPort = await freePort([PRIMARY, BACKUP])
  await startWeb(stage, { port: webPort, addresses: [PRIMARY, BACKUP], processor: processors.load })
  const files = {
    static: await stage.file('static.txt', staticQueries()),
    managed: await stage.file('managed.txt', MANAGED_QUERIES),
  }
  const contestants: Contestant[] = []
  for (const peer of PEERS) {
    const version = peer.version()
    if (version === undefined) continue
    const port = await freePort()
    const child = await peer.start({ stage, processors, webPort }, port)
    contestants.push({ peer, version, port, child, perCpuSecond: { static: [], managed: [] } })
    await expectAnswers(stage, peer, port)
  }
  const unanswered = await race(contestants, files, rounds, processors)
  return {
    rounds,
    peers: contestants.map(({ peer: { name, checksHealth }, version, perCpuSecond }) => {
      return { name, version, checksHealth, perCpuSecond }
    }),
    missing: PEERS.filter(peer => !contestants.some(other => other.peer === peer)).map(peer => peer.name),
    unanswered,
  }
}

async function race(
  contestants: readonly Contestant[],
  files: Readonly<Record<Kind, string>>,
  { rounds, seconds, warmUpSeconds }: Rounds,
  { load: processor }: Processors,
): Promise<number> {
  let unanswered = 0
  for (const kind of KINDS) {
    for (const contestant of contestants)
      await runOnce(contestant, { queries: files[kind], seconds: warmUpSeconds, processor })
    for (let round = 0; round < rounds; round++) {
      for (const contestant of rotated(contestants, round)) {
        const result = await runOnce(contestant, { queries: files[kind], seconds, processor })
        contestant.perCpuSecond[kind].push(result.perCpuSecond)
        unanswered += result.unanswered
        process.stderr.write(
          `${kind} ${round + 1}/${rounds} ${contestant.peer.name}: ${Math.round(result.perCpuSecond)}\n`,
        )
      }
    }
  }
  return unanswered
}

function runOnce(
  { peer: { name }, port, child }: Contestant,
  load: { queries: string; seconds: number; processor: number },
): Promise<{ perCpuSecond: number; unanswered: number }> {
  return measureLoad({ name, child }, { port, ...load }, 'NOERROR')
}

/** Every server must give the same answers, the managed name's from its health checks. */
async function expectAnswers(stage: Stage, peer: Peer, port: number): Promise<void> {
  try {
    await untilAnswered(port, MANAGED, PRIMARY)
    for (const { name, address } of SAMPLES) {
      const answered = await ask(port, name)
      if (answered !== address) throw new Error(`${name} is ${answered ?? 'not answered'}, not ${address}`)
    }
  } catch (error) {
    const log = stage.log(peer.name.toLowerCase())
    throw new Error(`${peer.name}: ${(error as Error).message}\n${log.slice(-2000)}`)
  }
}
