import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { at } from './root.mjs'

const relativeImport = /(from\s+|import\()(['"])(\.[^'"]+)\.ts\2/g

const importsOf = (file, text) => [...text.matchAll(relativeImport)].map(([, , , path]) => join(dirname(file), path))

/**
 * Copies the declarations that the entries reach from `from` to `to`, keeping their folders, with `./x.ts` written as
 * `./x.js`: that resolves in every module resolution of TypeScript, and needs no option.
 */
export const copyDeclarations = ({ from, to, entries }) => {
  const wanted = entries.map((entry) => at(from, entry))
  const seen = new Set()
  for (let file = wanted.pop(); file !== undefined; file = wanted.pop()) {
    if (seen.has(file)) continue
    seen.add(file)
    const text = readFileSync(`${file}.d.ts`, 'utf8')
    const target = at(to, `${relative(at(from), file)}.d.ts`)
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, text.replace(relativeImport, '$1$2$3.js$2'))
    wanted.push(...importsOf(file, text))
  }
}
