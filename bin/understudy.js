#!/usr/bin/env node
import { existsSync } from 'node:fs'
import { runModule } from './launch.js'

// A checkout runs the sources as they are; a package holds what was made of them.
const modules = ['../src/main.ts', '../dist/main.js'].map(path => new URL(path, import.meta.url))
const main = modules.find(url => existsSync(url))
if (main === undefined) {
  console.error('understudy: this package was packed without "npm run build" before, and holds no program')
  process.exit(2)
}
await runModule(main.href)
