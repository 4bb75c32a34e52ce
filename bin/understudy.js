#!/usr/bin/env node
import { runModule } from './launch.js'

await runModule(new URL('../src/main.ts', import.meta.url).href)
