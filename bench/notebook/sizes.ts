import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

const dist = join(import.meta.dirname, '../../dist/app')

const kib = (bytes: number): string => `${(bytes / 1024).toFixed(0)} KiB`

/** What a first visit loads before notes are on screen, and the worker: as built, and as a server that packs sends it. */
export const tellSizes = async (): Promise<void> => {
  const page = await readFile(join(dist, 'index.html'), 'utf8')
  const names = ['index.html', 'sw.js', ...(await readdir(join(dist, 'assets'))).map((name) => `assets/${name}`)]
  for (const name of names) {
    const bytes = await readFile(join(dist, name))
    const when = name === 'index.html' || page.includes(name) ? 'first' : name === 'sw.js' ? 'worker' : 'on demand'
    const plain = name.replace(/-[\w-]{8}(?=\.)/u, '')
    console.log(`size of ${plain} (${when}): ${kib(bytes.length)}, packed ${kib(gzipSync(bytes).length)}`)
  }
}
