/** The gateway of IPSECKEY (RFC 4025 §2.5): none, an address or a name, as the type of gateway says, which stands two bytes before. */
import { IPV4, IPV6 } from './address-codecs.ts'
import { type FieldCodec, fixed, one, show } from './field-codec.ts'
import { NAME } from './name-codecs.ts'

const NONE: FieldCodec = {
  measure: fixed(0),
  toText: () => '.',
  read: one(text => (text === '.' ? undefined : `${show(text)} where gateway type 0 has only a .`)),
}

/** By the type of gateway. */
const KINDS: readonly FieldCodec[] = [NONE, IPV4, IPV6, NAME]

export const IPSECKEY_GATEWAY: FieldCodec = {
  measure: (data, at) => KINDS[data[at - 2] ?? 0]?.measure(data, at) ?? -1,
  toText: (field, data, at) => KINDS[data[at - 2] ?? 0]?.toText(field, data, at) ?? '',
  read: (cursor, out) => {
    const type = out.at(out.length - 2) ?? 0
    const kind = KINDS[type]
    return kind === undefined ? `gateway type ${type} is none of 0 to 3 (RFC 4025)` : kind.read(cursor, out)
  },
}
