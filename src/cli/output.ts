/** Standard output and error of a command: their reader may be slow, or go away as `head` does. */

const STREAMS = [process.stdout, process.stderr]

/** From now on a reader that goes away ends nothing: what was to be done is done, and told by the exit code. */
export function outliveReaders(): void {
  for (const stream of STREAMS) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
    })
  }
}

/** Resolves when all that was printed is taken, or nobody takes it any more. */
export async function printed(): Promise<void> {
  await Promise.all(STREAMS.map(stream => new Promise(resolve => stream.write('', resolve))))
}
