#!/usr/bin/env node
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { fail } from '../scripts/lib/fail.mjs'
import { node24 } from '../scripts/lib/node24.mjs'
import { at } from '../scripts/lib/root.mjs'
import { start } from '../scripts/lib/run.mjs'

// holdfast serve            the server that `npm run build` has made
// holdfast backup FILE …    see server/cli.ts
// holdfast login …          the client, see cli/main.ts
// holdfast backup --notes PATH   the client's: a person's notes, and not the server

const [command = '', ...files] = process.argv.slice(2)
const ofClient = ['login', 'pair', 'status', 'logout', 'devices', 'sync', 'notes']
const isClient = ofClient.includes(command) || (command === 'backup' && files.includes('--notes'))
// The server runs in the folder of the project; files are named from where its operator is.
const takesFiles = ['backup', 'restore'].includes(command)
const words = [command, ...(takesFiles ? files.map((file) => resolve(file)) : files)]
const program = isClient ? [at('cli', 'main.ts'), command, ...files] : ['server/cli.ts', ...words]
const built = 'dist/server/start.mjs'
if (command === 'serve' && !existsSync(at(built))) fail('The server is not built. Run: npm run build')
const args = command === 'serve' ? [built] : program
const cwd = isClient ? process.cwd() : at()
// What was compiled once is not compiled again: a command takes half the time.
const env = { NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? at('build', 'compile-cache') }
const { code } = await start(node24(), ['--disable-warning=ExperimentalWarning', ...args], { env, cwd }).ended
process.exitCode = code
