/** What a curl command asks for, as far as a health check goes. */
export interface CurlRequest {
  readonly url: string
  readonly offset: number
  readonly method: string | undefined
  readonly hasData: boolean
  readonly isInsecure: boolean
  readonly failsOnError: boolean
  readonly followsRedirects: boolean
  readonly writesStatus: boolean
  /** Seconds. */
  readonly connectTimeout: string | undefined
  readonly maxTime: string | undefined
  readonly host: string | undefined
  /** Of `--resolve` and `--connect-to`: where the connection goes in place of the URL's host. */
  readonly address: string | undefined
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** Options that mean something and have no place in a health check here. */
  readonly others: readonly string[]
}

interface ShellWord {
  readonly text: string
  readonly offset: number
}

const LONG: Readonly<Record<string, string>> = {
  m: 'max-time',
  H: 'header',
  o: 'output',
  w: 'write-out',
  X: 'request',
  d: 'data',
  A: 'user-agent',
  u: 'user',
  x: 'proxy',
  b: 'cookie',
  e: 'referer',
  E: 'cert',
  c: 'cookie-jar',
  D: 'dump-header',
  T: 'upload-file',
  F: 'form',
  K: 'config',
  U: 'proxy-user',
  s: 'silent',
  S: 'show-error',
  f: 'fail',
  k: 'insecure',
  L: 'location',
  I: 'head',
  i: 'include',
  v: 'verbose',
  q: 'disable',
  N: 'no-buffer',
  4: 'ipv4',
  6: 'ipv6',
  g: 'globoff',
  G: 'get',
  n: 'netrc',
  O: 'remote-name',
}
const TAKES_VALUE = [
  'max-time',
  'header',
  'output',
  'write-out',
  'request',
  'data',
  'user-agent',
  'user',
  'proxy',
  'cookie',
  'referer',
  'cert',
  'key',
  'cacert',
  'capath',
  'cookie-jar',
  'dump-header',
  'upload-file',
  'form',
  'config',
  'proxy-user',
  'connect-timeout',
  'resolve',
  'connect-to',
  'url',
  'retry',
  'retry-delay',
  'retry-max-time',
  'interface',
  'data-raw',
  'data-binary',
  'data-urlencode',
  'json',
  'noproxy',
  'ciphers',
  'max-redirs',
  'speed-time',
  'speed-limit',
  'oauth2-bearer',
  'dns-servers',
  'stderr',
  'keepalive-time',
  'max-filesize',
]
/** What changes nothing about the judgement. */
const QUIET = [
  'silent',
  'show-error',
  'output',
  'include',
  'verbose',
  'disable',
  'no-buffer',
  'globoff',
  'dump-header',
  'stderr',
  'http1.1',
  'http1.0',
  'http2',
  'no-progress-meter',
  'progress-bar',
  'compressed',
  'remote-name',
  'noproxy',
  'get',
  'keepalive-time',
  'no-keepalive',
  'tlsv1.2',
  'tlsv1.3',
  'tlsv1',
]
const DATA = ['data', 'data-raw', 'data-binary', 'data-urlencode', 'json', 'form', 'upload-file']

/** Reads the words behind `curl`; undefined where there is no URL among them. */
export function readCurl(words: readonly ShellWord[]): CurlRequest | undefined {
  const options = optionsOf(words)
  const url =
    options.urls[0] ??
    (options.value('url') === undefined
      ? undefined
      : { text: options.value('url') ?? '', offset: words[0]?.offset ?? 0 })
  if (url === undefined) return undefined
  const headers = options.values('header').map(splitHeader)
  const isHost = ([name]: readonly [string, string]): boolean => name.toLowerCase() === 'host'
  const agent = options.value('user-agent')
  const known = [
    ...QUIET,
    ...DATA,
    'header',
    'user-agent',
    'max-time',
    'connect-timeout',
    'request',
    'head',
    'insecure',
    'fail',
    'fail-with-body',
    'location',
    'write-out',
    'resolve',
    'connect-to',
    'url',
  ]
  return {
    url: url.text,
    offset: url.offset,
    method: options.has('head') ? 'HEAD' : options.value('request'),
    hasData: DATA.some(one => options.has(one)),
    isInsecure: options.has('insecure'),
    failsOnError: options.has('fail') || options.has('fail-with-body'),
    followsRedirects: options.has('location'),
    writesStatus: /http_code|response_code/.test(options.value('write-out') ?? ''),
    connectTimeout: options.value('connect-timeout'),
    maxTime: options.value('max-time'),
    host: headers.find(isHost)?.[1],
    address: resolvedTo(options.value('resolve')) ?? connectedTo(options.value('connect-to')),
    headers: [
      ...headers.filter(one => !isHost(one)),
      ...(agent === undefined ? [] : [['User-Agent', agent] as const]),
    ],
    others: options.names.filter(one => !known.includes(one)),
  }
}

interface Options {
  readonly urls: readonly ShellWord[]
  readonly names: readonly string[]
  has(name: string): boolean
  value(name: string): string | undefined
  values(name: string): readonly string[]
}

function optionsOf(words: readonly ShellWord[]): Options {
  const urls: ShellWord[] = []
  const found = new Map<string, string[]>()
  const add = (name: string, value: string): void => {
    found.set(name, [...(found.get(name) ?? []), value])
  }
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? { text: '', offset: 0 }
    const { text } = word
    if (text.startsWith('--')) {
      const [name = '', glued] = text.slice(2).split(/=(.*)/s)
      const takes = TAKES_VALUE.includes(name)
      add(name, takes ? (glued ?? words[++i]?.text ?? '') : '')
    } else if (text.startsWith('-') && text.length > 1) {
      for (let at = 1; at < text.length; at++) {
        const name = LONG[text[at] ?? ''] ?? text[at] ?? ''
        if (!TAKES_VALUE.includes(name)) {
          add(name, '')
          continue
        }
        add(name, at + 1 < text.length ? text.slice(at + 1) : (words[++i]?.text ?? ''))
        break
      }
    } else if (text !== '') urls.push(word)
  }
  return {
    urls,
    names: [...found.keys()],
    has: name => found.has(name),
    value: name => found.get(name)?.at(-1),
    values: name => found.get(name) ?? [],
  }
}

function splitHeader(text: string): readonly [string, string] {
  const colon = text.indexOf(':')
  return colon < 0 ? [text, ''] : [text.slice(0, colon).trim(), text.slice(colon + 1).trim()]
}

/** `HOST:PORT:ADDRESS`. */
function resolvedTo(text: string | undefined): string | undefined {
  return text === undefined ? undefined : /^\+?[^:]*:[^:]*:\[?(.*?)\]?$/s.exec(text)?.[1]
}

/** `HOST1:PORT1:HOST2:PORT2`. */
function connectedTo(text: string | undefined): string | undefined {
  return text === undefined ? undefined : /^[^:]*:[^:]*:\[?(.*?)\]?:[^:]*$/s.exec(text)?.[1]
}
