/** The address of the i-th of at most 32,768 endpoints that are probed. */
export function endpointAddress(i: number): string {
  return `127.1.${i >> 7}.${1 + (i & 127)}`
}
