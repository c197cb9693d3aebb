import { spawn } from 'node:child_process'
import { delimiter } from 'node:path'
import { at, root } from './root.mjs'

const children = new Set()
let stopping

const passOn = (signal) => {
  // A terminal signals the whole group, and npm repeats what it gets: each kind goes to a child once.
  if (stopping === signal) return
  stopping = signal
  for (const child of children) child.kill(signal)
  if (children.size === 0) process.exit(0)
}
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => passOn(signal))

/** True once this command has been asked to end. */
export const isStopping = () => stopping !== undefined

const bins = at('node_modules', '.bin')
const otherPaths = (process.env.PATH ?? '').split(delimiter).filter((path) => path !== '' && path !== bins)

/** PATH with the project's own tools first: `#!/usr/bin/env node` is Node 24 then. */
export const pathWithTools = [bins, ...otherPaths].join(delimiter)

/** PATH as the machine has it, for npm, which may be about to replace the project's own tools. */
export const pathOfMachine = otherPaths.join(delimiter)

/** Starts a child that shares this terminal and gets this command's signals. */
export const start = (command, args, { env = {}, stdio = 'inherit', shell = false, cwd = root } = {}) => {
  const child = spawn(command, args, {
    cwd,
    stdio,
    shell,
    env: { ...process.env, PATH: pathWithTools, ...env },
  })
  children.add(child)
  const ended = new Promise((resolve) => {
    child.once('error', (error) => resolve({ code: error.code === 'ENOENT' ? 127 : 126, error }))
    child.once('exit', (code, signal) => resolve({ code: code ?? (signal === stopping ? 0 : 1) }))
  }).finally(() => children.delete(child))
  return { child, ended }
}

/** Runs a command to its end. Answers its exit code; ends this command as well if a signal came meanwhile. */
export const run = async (command, args, options) => {
  const { code } = await start(command, args, options).ended
  if (stopping !== undefined) process.exit(stopping === 'SIGTERM' ? 0 : 130)
  return code
}
