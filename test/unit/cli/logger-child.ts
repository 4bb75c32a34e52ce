/** Writes so many log lines to standard output, ends the log and then itself. */
import { createLogger } from '#cli/logging.ts'

const [format, lines] = process.argv.slice(2)
const log = createLogger({
  node: 'ns1',
  logLevel: 'info',
  logFormat: format === 'pretty' ? 'pretty' : 'json',
})
for (let line = 1; line <= Number(lines); line++) log.info({ line }, `line ${line} of ${lines}`)
await log.end()
process.stderr.write('ended\n')
process.exit(7)
