/** Probes from a process that has used up its file descriptors, and once more when it has some again. Argument: a port that accepts connections. */
import { closeSync, openSync } from 'node:fs'
import { runProbe } from '#probe/run-probe.ts'
import type { ProbeSpec } from '#probe/spec.ts'
import { httpSpec, targetOf, USER_AGENT } from './targets.ts'

const port = Number(process.argv[2])

async function show(spec: ProbeSpec): Promise<void> {
  const { kind, reason } = await runProbe(targetOf(spec), USER_AGENT)
  console.log(`${kind} ${reason}`)
}

function useUpDescriptors(): number[] {
  const open: number[] = []
  for (;;) {
    try {
      open.push(openSync('/dev/null', 'r'))
    } catch {
      return open
    }
  }
}

const open = useUpDescriptors()
await show({ type: 'tcp', port })
await show(httpSpec(port))
await show({ type: 'exec', command: ['true'], environment: {}, inherit: [] })
for (const descriptor of open) closeSync(descriptor)
await show({ type: 'tcp', port })
await show({ type: 'exec', command: ['true'], environment: {}, inherit: [] })
