/** What each kind of answer costs beside the plain one, here and in servers that answer the same zone: interleaved rounds. */
import type { ChildProcess } from 'node:child_process'
import { ANSWER_KINDS, type AnswerKind, kindsZone } from './answer-kinds.ts'
import { shuffledQueries } from './bench-zone.ts'
import { cookieOption, expectKind } from './kind-check.ts'
import { knot } from './peers/knot.ts'
import { nsd } from './peers/nsd.ts'
import type { StaticPeer, StaticSite } from './peers/peer.ts'
import { understudy } from './peers/understudy.ts'
import { freePort } from './ports.ts'
import { chooseProcessors } from './processors.ts'
import { measureLoad, type Rounds, rotated } from './server-load.ts'
import { Stage } from './stage.ts'

const PEERS: readonly StaticPeer[] = [understudy, nsd, knot]
/** More than any load here asks of one name or of all, and as much as the configuration allows. */
export const RESPONSES_PER_SECOND = 1_000_000

export interface KindsPeerFigures {
  readonly name: string
  readonly version: string
  /** For each of `ANSWER_KINDS`, queries answered per second of processor time, round by round. */
  readonly perCpuSecond: readonly (readonly number[])[]
  /** For each of them, queries that were not answered as they must be, over all rounds. */
  readonly unanswered: readonly number[]
}

export interface KindFigures {
  readonly rounds: Rounds
  readonly peers: readonly KindsPeerFigures[]
  readonly missing: readonly string[]
}

/** One kind as one server answers it. */
interface Entry {
  readonly kind: AnswerKind
  readonly server: Server
  readonly ednsOption: string | undefined
  readonly perCpuSecond: number[]
  unanswered: number
}

interface Server {
  readonly name: string
  readonly port: number
  readonly child: ChildProcess
}

interface Contestant {
  readonly name: string
  readonly version: string
  readonly entries: readonly Entry[]
}

/** Throws if a server does not start, does not answer a kind as it must, or leaves queries unanswered. */
export async function measureKinds(rounds: Rounds): Promise<KindFigures> {
  const { server: processor, load } = chooseProcessors()
  await using open = await Stage.open()
  await using limited = await Stage.open()
  const files = new Map<AnswerKind, string>()
  for (const [i, kind] of ANSWER_KINDS.entries())
    files.set(kind, await open.file(`kind-${i}.txt`, shuffledQueries(kind.name)))
  const site = { processors: { server: processor, load }, zone: kindsZone(), cookies: true }
  const contestants: Contestant[] = []
  for (const peer of PEERS) {
    const version = peer.version()
    if (version === undefined) continue
    const plain = await start(peer, { ...site, stage: open, responsesPerSecond: undefined })
    const counting = await start(peer, { ...site, stage: limited, responsesPerSecond: RESPONSES_PER_SECOND })
    const entries: Entry[] = []
    for (const kind of ANSWER_KINDS)
      entries.push(await enter(kind, kind.rateLimited === true ? counting : plain))
    contestants.push({ name: peer.name, version, entries })
  }
  await race(contestants, rounds, (kind, seconds) => ({
    queries: files.get(kind) ?? '',
    seconds,
    processor: load,
  }))
  return {
    rounds,
    peers: contestants.map(({ name, version, entries }) => ({
      name,
      version,
      perCpuSecond: entries.map(({ perCpuSecond }) => perCpuSecond),
      unanswered: entries.map(({ unanswered }) => unanswered),
    })),
    missing: PEERS.filter(peer => !contestants.some(({ name }) => name === peer.name)).map(peer => peer.name),
  }
}

async function start(peer: StaticPeer, site: StaticSite): Promise<Server> {
  const port = await freePort()
  return { name: peer.name, port, child: await peer.startStatic(site, port) }
}

async function enter(kind: AnswerKind, server: Server): Promise<Entry> {
  await expectKind(server, kind)
  const ednsOption = kind.withCookie === true ? await cookieOption(server, kind) : undefined
  return { kind, server, ednsOption, perCpuSecond: [], unanswered: 0 }
}

/** A server's kinds directly one after the other, so that what is compared is measured within seconds. */
async function race(
  contestants: readonly Contestant[],
  { rounds, seconds, warmUpSeconds }: Rounds,
  loadOf: (kind: AnswerKind, seconds: number) => { queries: string; seconds: number; processor: number },
): Promise<void> {
  for (const { entries } of contestants)
    for (const entry of entries) await runOnce(entry, loadOf(entry.kind, warmUpSeconds))
  for (let round = 0; round < rounds; round++) {
    for (const { name, entries } of rotated(contestants, round)) {
      for (const entry of rotated(entries, round)) {
        const { perCpuSecond, unanswered } = await runOnce(entry, loadOf(entry.kind, seconds))
        entry.perCpuSecond.push(perCpuSecond)
        entry.unanswered += unanswered
      }
      process.stderr.write(`kinds ${round + 1}/${rounds} ${name}\n`)
    }
  }
}

function runOnce(
  { kind, server, ednsOption }: Entry,
  load: { queries: string; seconds: number; processor: number },
): ReturnType<typeof measureLoad> {
  const { tcpConnections } = kind
  const how = {
    ...(tcpConnections === undefined ? {} : { tcpConnections }),
    ...(ednsOption === undefined ? {} : { ednsOption }),
  }
  const label = { name: `${server.name}, ${kind.title},`, child: server.child }
  return measureLoad(label, { port: server.port, ...how, ...load }, kind.rcode)
}
