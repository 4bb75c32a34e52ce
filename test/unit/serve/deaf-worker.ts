/** A thread that says that it answers, and then hears nothing any more. */
import { parentPort, workerData } from 'node:worker_threads'

parentPort?.postMessage({ kind: 'started', ports: [] })
Atomics.wait(workerData.never, 0, 0)
