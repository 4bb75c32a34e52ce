#!/usr/bin/env node
// `node bin/node.js ARGS` is `node ARGS` on a Node that fits.
import { runNode } from './launch.js'

runNode(process.argv.slice(2))
