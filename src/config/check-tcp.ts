/** The health check `tcp`. */
import { checkKind } from './check-kind.ts'
import { text } from './values.ts'
import { said } from './written.ts'

const MAX_TEXT_BYTES = 4096
const TCP_SHAPE = {
  send: said(text(MAX_TEXT_BYTES), 'Sent once connected.'),
  expect: said(text(MAX_TEXT_BYTES), 'A text that must come back.'),
} as const

export const TCP_KIND = checkKind(TCP_SHAPE, ({ source, path, section: { values, bad }, port }) => {
  if (port === undefined && !bad.has('port')) source.complain([...path, 'port'], 'is missing', 'key')
  const { send, expect } = values
  return {
    type: 'tcp',
    port: port ?? 1,
    ...(send === undefined ? {} : { send }),
    ...(expect === undefined ? {} : { expect }),
  }
})
