/** What `deploy/` brings for Prometheus and Grafana, as data. */
import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { ROOT_FOLDER } from './child.ts'

export const RULES_FILE = `${ROOT_FOLDER}deploy/prometheus/alerts.yaml`

export interface AlertRule {
  readonly alert: string
  readonly expr: string
  readonly for?: string
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
}

export interface RuleFile {
  readonly groups: readonly { readonly name: string; readonly rules: readonly AlertRule[] }[]
}

interface Dashboard {
  readonly panels: readonly { readonly id: number; readonly targets?: readonly { readonly expr: string }[] }[]
  readonly annotations: { readonly list: readonly { readonly expr: string }[] }
  readonly templating: { readonly list: readonly { readonly query: string | { readonly query: string } }[] }
}

export function readRules(): RuleFile {
  return parse(readFileSync(RULES_FILE, 'utf8')) as RuleFile
}

export function readDashboard(): Dashboard {
  return JSON.parse(readFileSync(`${ROOT_FOLDER}deploy/grafana/understudy.json`, 'utf8')) as Dashboard
}

/** Every PromQL expression of the dashboard, with variables that choose everything. */
export function dashboardExpressions({ panels, annotations }: Dashboard): string[] {
  const all = [...panels.flatMap(({ targets }) => targets ?? []), ...annotations.list]
  return all.map(({ expr }) => expr.replaceAll('$__rate_interval', '1m').replaceAll(/\$\w+/g, '.*'))
}
