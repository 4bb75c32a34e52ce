/** A thread that beats, greets, and then does what it is told: `die`, `end`, `hang`, or `say …`. */
import { parentPort, workerData } from 'node:worker_threads'
import { BEATS, type WatchedData } from '#probe/watched-thread.ts'

const { words, beatMs, greeting } = workerData as WatchedData & { readonly greeting: string }

function beat(): void {
  Atomics.add(words, BEATS, 1)
}

beat()
setInterval(beat, beatMs)
parentPort?.postMessage(greeting)
parentPort?.on('message', (order: string) => {
  if (order === 'die') throw new Error('as told')
  if (order === 'end') process.exit(0)
  if (order === 'hang') for (;;);
  parentPort?.postMessage(order.replace('say ', ''))
})
