/** Modules that are started rather than imported, as threads are. */

/** The module of that name (without its ending) beside the one at `url`: TypeScript in a checkout, JavaScript in a package. */
export function moduleBeside(url: string, name: string): URL {
  return new URL(`./${name}${url.endsWith('.ts') ? '.ts' : '.js'}`, url)
}
