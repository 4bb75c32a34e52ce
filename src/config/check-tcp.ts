/** The health check `tcp`. */
import { checkKind } from './check-kind.ts'

export const TCP_KIND = checkKind({}, ({ source, path, section, port }) => {
  if (port === undefined && !section.bad.has('port')) source.complain([...path, 'port'], 'is missing', 'key')
  return { type: 'tcp', port: port ?? 1 }
})
