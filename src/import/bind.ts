/** The source `bind`: the zones of BIND's named.conf and their files, as master files. Nothing of it is run. */
import { nameToText } from '#wire/name.ts'
import { BindFiles } from './bind-files.ts'
import { readBindMaster } from './bind-master.ts'
import { type BindZone, BindZones } from './bind-zones.ts'
import type { Draft, ZoneDraft } from './draft.ts'
import type { Input } from './input.ts'
import { plainName } from './relative-name.ts'
import type { ImportSource, SourceRequest } from './source.ts'
import { comment } from './write-yaml.ts'

export const BIND: ImportSource = {
  read: readBind,
}

/** Of all zones together; more is imported in parts. */
const MAX_CHARACTERS = 1024 * 1024 * 1024

async function readBind(request: SourceRequest): Promise<Draft> {
  const { inputs, zone, findings, complaints } = request
  const files = new BindFiles(request)
  const statements = await files.read()
  const configured = new BindZones(findings)
  configured.read(statements)
  const wanted = configured.zones.filter(({ origin }) => zone === undefined || origin === zone)
  if (!complaints.hasErrors && wanted.length === 0)
    inputs[0]?.complainOfAll(
      zone === undefined
        ? `there is no zone of type primary with a file among the ${configured.count} zones`
        : `there is no zone ${plainName(zone)} of type primary with a file`,
    )
  const zones: ZoneDraft[] = []
  let characters = 0
  for (const one of wanted) {
    const draft = await readZone(one, files, request)
    if (draft === undefined) continue
    characters += draft.records.length
    if (characters > MAX_CHARACTERS) {
      one.input.complain(one.offset, 'the zones are larger than 1 GiB; import them in parts, by --zone')
      break
    }
    zones.push(draft)
  }
  return { zones }
}

async function readZone(
  { origin, input, offset, path }: BindZone,
  files: BindFiles,
  request: SourceRequest,
): Promise<(ZoneDraft & { readonly records: string }) | undefined> {
  const main = await files.open(input, path, offset)
  if (main === undefined) return undefined
  const text = await readBindMaster(main, origin, files, request)
  if (text === undefined) return undefined
  const above = [headOf(main, input.at(offset))]
  const head = [...above.map(line => `;${comment(line)}`), `$ORIGIN ${nameToText(origin)}`].join('\n')
  return { origin, above, records: `${head}\n${text}`, checks: [], pools: [], names: [] }
}

function headOf({ file }: Input, place: string): string {
  return `Imported from ${file}, named in ${place}, by understudy import bind.`
}
