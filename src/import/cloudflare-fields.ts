/** What becomes of each field of Cloudflare of which no finding tells. */
import type { FieldTable } from './field-report.ts'

const OF_API = 'of the API, and not needed'
const NAME = 'the names of pools, endpoints and names'

export const ENVELOPE_FIELDS: FieldTable = {
  success: OF_API,
  errors: OF_API,
  messages: OF_API,
  result: 'checks, pools and names',
  result_info: 'looked at for pages that are missing',
}

export const LISTING_FIELDS: FieldTable = {
  monitors: 'checks, pools and names',
  pools: 'checks, pools and names',
  load_balancers: 'checks, pools and names',
}

const COMMON: FieldTable = {
  id: 'what refers to it is put in its place',
  created_on: OF_API,
  modified_on: OF_API,
}

export const MONITOR_FIELDS: FieldTable = {
  ...COMMON,
  description: 'the name of a check; of others a comment of Cloudflare, and not needed',
  type: 'type',
  method: 'method',
  path: 'path',
  header: 'host and headers',
  port: 'port',
  timeout: 'timeout',
  retries: 'fall, with consecutive_down',
  interval: 'interval',
  expected_codes: 'expect.status',
  expected_body: 'expect.body, or body-regex where letters have cases',
  follow_redirects: 'redirects: 10 where it is true',
  allow_insecure: 'verify: false where it is true',
  consecutive_up: 'rise',
  consecutive_down: 'fall, with retries',
}

export const POOL_FIELDS: FieldTable = {
  ...COMMON,
  name: NAME,
  description: 'the name of a check; of others a comment of Cloudflare, and not needed',
  enabled: 'left out where it is false',
  monitor: 'check',
  origins: 'endpoints',
  minimum_origins: 'min-healthy',
  origin_steering: 'policy weighted',
  load_shedding: 'nothing where its percents are 0',
  networks: OF_API,
  healthy: OF_API,
  disabled_at: OF_API,
}

export const STEERING_FIELDS: FieldTable = { policy: 'policy weighted' }

export const SHEDDING_FIELDS: FieldTable = {
  default_percent: 'part of load_shedding',
  default_policy: 'part of load_shedding',
  session_percent: 'part of load_shedding',
  session_policy: 'part of load_shedding',
}

export const ORIGIN_FIELDS: FieldTable = {
  name: NAME,
  address: 'address or hostname',
  enabled: 'left out where it is false',
  weight: 'weight',
  port: 'port',
  header: 'host and headers',
  flatten_cname: 'when-all-down: all, so that addresses are answered, where it is true',
  disabled_at: OF_API,
  healthy: OF_API,
  failure_reason: OF_API,
}

export const BALANCER_FIELDS: FieldTable = {
  ...COMMON,
  name: NAME,
  description: 'the name of a check; of others a comment of Cloudflare, and not needed',
  enabled: 'left out where it is false',
  default_pools: 'endpoints, in this order',
  fallback_pool: 'the last endpoint, without a check',
  steering_policy: 'policy failover, or weighted with random',
  random_steering: 'weight, with steering_policy random',
  ttl: 'ttl',
  session_affinity: 'nothing where it is none',
  adaptive_routing: 'nothing where failover_across_pools is false',
  zone_name: OF_API,
  zone_id: OF_API,
}

export const RANDOM_FIELDS: FieldTable = {
  default_weight: 'weight, with steering_policy random',
  pool_weights: 'weight, with steering_policy random',
}

export const LOCATION_FIELDS: FieldTable = {
  mode: 'part of location_strategy',
  prefer_ecs: 'part of location_strategy',
}
