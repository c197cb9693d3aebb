import { watch } from 'node:fs'
import { appSources, buildApp } from './lib/app.mjs'
import { ensureInstalled } from './lib/install.mjs'
import { node24 } from './lib/node24.mjs'
import { at } from './lib/root.mjs'
import { isStopping, start } from './lib/run.mjs'
import { serverSources, sourceArgs } from './lib/server.mjs'

await ensureInstalled()

let server
const changed = new Set()

const restartServer = async () => {
  server?.child.kill('SIGTERM')
  await server?.ended
  if (isStopping()) process.exit(0)
  server = start(node24(), sourceArgs)
  // The watchers below would keep this process.
  server.ended.then(() => isStopping() && process.exit(0))
}

const rebuild = async () => {
  const paths = [...changed]
  changed.clear()
  const concerns = (sources) => paths.some((path) => sources.includes(path))
  if (concerns(appSources) && !(await buildApp())) return
  if (paths.length > 0) await restartServer()
}

/** Builds one after the other; changes during one are in the next. */
let building = Promise.resolve()
let timer
const onChange = (path) => {
  changed.add(path)
  clearTimeout(timer)
  timer = setTimeout(() => {
    building = building.then(rebuild)
  }, 100)
}

for (const path of new Set([...appSources, ...serverSources])) {
  watch(at(path), { recursive: true }, () => onChange(path))
}
for (const path of appSources) onChange(path)
