/** The metrics of the server as a whole, copied from the totals that the threads keep. */
import { Counter, Gauge, type Registry } from 'prom-client'
import type { ServerView } from '#control/view.ts'
import type { Fill } from './pool-gauges.ts'

/** Sets metrics to what the server has now. */
type FillServer = (server: ServerView) => void

export function serverMetrics(registry: Registry): Fill {
  const fills = [traffic(registry), faults(registry), zones(registry), configuration(registry)]
  return view => {
    const server = view.server()
    for (const fill of fills) fill(server)
  }
}

function traffic(registry: Registry): FillServer {
  const registers = [registry]
  const queries = new Counter({
    name: 'understudy_queries_total',
    help: 'DNS queries received, by transport and type of the question.',
    labelNames: ['transport', 'qtype'],
    registers,
  })
  const responses = new Counter({
    name: 'understudy_responses_total',
    help: 'DNS responses sent, by transport and response code.',
    labelNames: ['transport', 'rcode'],
    registers,
  })
  const dropped = new Counter({
    name: 'understudy_responses_dropped_total',
    help: 'DNS messages that were not answered, by reason.',
    labelNames: ['reason'],
    registers,
  })
  const refused = new Counter({
    name: 'understudy_queries_refused_total',
    help: 'DNS queries answered REFUSED, by transport and reason.',
    labelNames: ['transport', 'reason'],
    registers,
  })
  const limited = new Counter({
    name: 'understudy_rate_limited_total',
    help: 'DNS responses over the rate limit, by what became of them.',
    labelNames: ['action'],
    registers,
  })
  return server => {
    for (const counter of [queries, responses, dropped, refused, limited]) counter.reset()
    for (const { transport, label, value } of server.queries) queries.inc({ transport, qtype: label }, value)
    for (const { transport, label, value } of server.responses)
      responses.inc({ transport, rcode: label }, value)
    for (const { label, value } of server.dropped) dropped.inc({ reason: label }, value)
    for (const { transport, label, value } of server.refused) refused.inc({ transport, reason: label }, value)
    for (const { label, value } of server.limited) limited.inc({ action: label }, value)
  }
}

function faults(registry: Registry): FillServer {
  const registers = [registry]
  const socketDrops = new Counter({
    name: 'understudy_socket_drops_total',
    help: 'Packets that the kernel dropped because a receive buffer was full.',
    registers,
  })
  const restarts = new Counter({
    name: 'understudy_responder_restarts_total',
    help: 'Threads answering queries that died and were replaced.',
    registers,
  })
  const storeErrors = new Counter({
    name: 'understudy_store_errors_total',
    help: 'Faults of the state database: failed writes, rows that cannot be read, transitions lost.',
    registers,
  })
  const probeLag = new Gauge({
    name: 'understudy_probe_lag_seconds',
    help: 'How late the latest probe started.',
    registers,
  })
  const frozen = new Gauge({
    name: 'understudy_frozen',
    help: '1 while no reference is reached and no endpoint is taken for down, else 0.',
    registers,
  })
  return server => {
    frozen.set(server.frozen ? 1 : 0)
    setTotal(socketDrops, server.socketDrops)
    setTotal(restarts, server.responderRestarts)
    setTotal(storeErrors, server.storeErrors)
    probeLag.set(server.probeLagSeconds)
  }
}

function zones(registry: Registry): FillServer {
  const registers = [registry]
  const serials = new Gauge({
    name: 'understudy_zone_serial',
    help: 'Serial of the SOA record served; absent for a zone that could not be read.',
    labelNames: ['zone'],
    registers,
  })
  const records = new Gauge({
    name: 'understudy_zone_records',
    help: 'Records in the zone.',
    labelNames: ['zone'],
    registers,
  })
  return server => {
    serials.reset()
    records.reset()
    for (const { zone, serial, records: count } of server.zones) {
      if (serial !== undefined) serials.set({ zone }, serial)
      records.set({ zone }, count)
    }
  }
}

function configuration(registry: Registry): FillServer {
  const registers = [registry]
  const info = new Gauge({
    name: 'understudy_config_info',
    help: 'Always 1; the digest is that of the configuration in force, equal on nodes that have the same.',
    labelNames: ['digest'],
    registers,
  })
  const loaded = new Gauge({
    name: 'understudy_last_reload_success_timestamp_seconds',
    help: 'When the configuration in force was loaded, in seconds since 1970.',
    registers,
  })
  return server => {
    info.reset()
    info.set({ digest: server.configDigest }, 1)
    if (server.lastReloadSuccessSeconds === undefined) loaded.remove()
    else loaded.set(server.lastReloadSuccessSeconds)
  }
}

/** A counter whose value is counted elsewhere. */
function setTotal(counter: Counter, value: number): void {
  counter.reset()
  counter.inc(value)
}
