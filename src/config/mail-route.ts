/** What a receiver of `alerts:` that is told by mail says: the server, the login, and who writes to whom. */
import { MAIL_SECURITIES, type MailRoute } from '#alert/receiver.ts'
import { secretOnly, textOrSecret } from './header-values.ts'
import type { SecretReader } from './secrets.ts'
import { demand, type Section } from './section.ts'
import { choice, host, integer, oneOrList, refine, text } from './values.ts'
import { show } from './words.ts'
import type { Path, YamlSource } from './yaml-source.ts'

const MAX_RECIPIENTS = 20
/** RFC 5321 section 4.5.3.1.3, without the angle brackets. */
const MAX_ADDRESS_BYTES = 254
const PORTS: Readonly<Record<MailRoute['tls'], number>> = { starttls: 587, implicit: 465, off: 25 }

/** `user@example.com`: a dot-atom and a domain (RFC 5321 section 4.1.2), without what older ages allowed. */
const mailAddress = refine(text(MAX_ADDRESS_BYTES), address =>
  /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*$/.test(
    address,
  )
    ? { value: address }
    : { problem: `${show(address)} is not a mail address such as ops@example.com` },
)

export const MAIL_SHAPE = {
  host,
  port: integer(1, 65_535),
  tls: choice(MAIL_SECURITIES),
  user: textOrSecret,
  password: secretOnly,
  from: mailAddress,
  to: refine(oneOrList(mailAddress), all =>
    all.length > MAX_RECIPIENTS
      ? { problem: `${all.length} addresses are too many; at most ${MAX_RECIPIENTS}` }
      : { value: all },
  ),
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
