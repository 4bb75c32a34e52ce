/** What a receiver of `alerts:` that is told by mail says: the server, the login, and who writes to whom. */
import { z } from 'zod'
import { MAIL_SECURITIES, type MailRoute } from '#alert/receiver.ts'
import { secretOnly, textOrSecret } from './header-values.ts'
import type { SecretReader } from './secrets.ts'
import { demand, type Section } from './section.ts'
import { choice, host, integer, oneOrList, refine, text } from './values.ts'
import { show } from './words.ts'
import { formOf, said, writtenAs } from './written.ts'
import type { Path, YamlSource } from './yaml-source.ts'

const MAX_RECIPIENTS = 20
/** RFC 5321 section 4.5.3.1.3, without the angle brackets. */
const MAX_ADDRESS_BYTES = 254
const PORTS: Readonly<Record<MailRoute['tls'], number>> = { starttls: 587, implicit: 465, off: 25 }

const ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
const DOMAIN_LABEL = '[A-Za-z0-9-]+'
/** `user@example.com`: a dot-atom and a domain (RFC 5321 section 4.1.2), without what older ages allowed. */
const MAIL_ADDRESS = new RegExp(`^${ATOM}(\\.${ATOM})*@${DOMAIN_LABEL}(\\.${DOMAIN_LABEL})*$`)

const mailAddress = writtenAs(
  refine(text(MAX_ADDRESS_BYTES), address =>
    MAIL_ADDRESS.test(address)
      ? { value: address }
      : { problem: `${show(address)} is not a mail address such as ops@example.com` },
  ),
  { type: 'string', pattern: MAIL_ADDRESS.source, maxLength: MAX_ADDRESS_BYTES },
)

const recipients = writtenAs(
  refine(oneOrList(mailAddress), all =>
    all.length > MAX_RECIPIENTS
      ? { problem: `${all.length} addresses are too many; at most ${MAX_RECIPIENTS}` }
      : { value: all },
  ),
  () => formOf(z.union([mailAddress, z.array(mailAddress).min(1).max(MAX_RECIPIENTS)])),
)

export const MAIL_SHAPE = {
  host: said(host, 'The mail server: a name, for which its certificate must be good, or an address.', {
    isNeeded: true,
  }),
  port: said(integer(1, 65_535), 'Its port; 587, with tls: implicit 465, and with tls: off 25, unless said.'),
  tls: said(
    choice(MAIL_SECURITIES),
    'starttls: nothing is sent without it; implicit: from the first byte on; off: in the clear, for a server on this host.',
    { default: 'starttls' },
  ),
  user: said(textOrSecret, 'With password: a text, or where it stands.'),
  password: said(secretOnly, 'With user: where it stands.'),
  from: said(mailAddress, 'Who writes: a mail address such as understudy@ns.example.com.', {
    isNeeded: true,
  }),
  to: said(recipients, `To whom: one mail address, or a list of at most ${MAX_RECIPIENTS}.`, {
    isNeeded: true,
  }),
} as const

interface Place {
  readonly source: YamlSource
  readonly path: Path
  readonly secrets: SecretReader
}

/** Undefined after a complaint. */
export async function readMailRoute(
  { source, path, secrets }: Place,
  section: Section<typeof MAIL_SHAPE>,
): Promise<MailRoute | undefined> {
  demand(source, path, section, 'host', 'from', 'to')
  const {
    host,
    tls = 'starttls',
    port = PORTS[tls],
    user: writtenUser,
    password: written,
    from,
    to,
  } = section.values
  if ((writtenUser === undefined) !== (written === undefined) && section.bad.size === 0)
    source.complain(path, 'user and password go together', 'key')
  const [user, password] = [
    typeof writtenUser === 'object' ? await secrets.text([...path, 'user'], writtenUser) : writtenUser,
    written && (await secrets.text([...path, 'password'], written)),
  ]
  if (written !== undefined && tls === 'off')
    source.complain([...path, 'password'], 'would be sent in the clear: use tls: starttls or implicit', 'key')
  if (host === undefined || from === undefined || to === undefined) return undefined
  const login = user !== undefined && password !== undefined ? { user, password } : undefined
  return { host, port, tls, ...(login !== undefined && { login }), from, to }
}
