import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { Script } from 'node:vm'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')
const run = promisify(execFile)

let project: string

/** A project of someone else's, that has the built package and nothing of this checkout's configuration. */
beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'holdfast-consumer-'))
  await mkdir(join(project, 'node_modules'))
  await symlink(root, join(project, 'node_modules/holdfast'))
  await writeFile(join(project, 'package.json'), '{ "type": "module", "private": true }')
  await cp(join(import.meta.dirname, 'consumer'), project, { recursive: true })
})
afterAll(() => rm(project, { recursive: true, force: true }))

const compile = (file: string, resolution: string, lib: string) =>
  run(
    process.execPath,
    [
      ...[join(root, 'node_modules/typescript/bin/tsc'), '--noEmit', '--strict', '--exactOptionalPropertyTypes'],
      ...['--target', 'es2024', '--lib', lib, '--types', '', '--skipLibCheck', 'false'],
      ...['--moduleResolution', resolution, '--module', resolution === 'bundler' ? 'esnext' : resolution, file],
    ],
    { cwd: project },
  ).catch((error) => ({ stdout: String(error.stdout ?? error) }))

const bundle = async (entry: string, format: 'es' | 'iife'): Promise<string> => {
  await build({
    root: project,
    configFile: false,
    logLevel: 'silent',
    build: {
      outDir: join(project, 'out'),
      emptyOutDir: false,
      target: 'es2023',
      rolldownOptions: { input: join(project, `${entry}.mts`), output: { format, entryFileNames: `${entry}.js` } },
    },
  })
  return readFile(join(project, 'out', `${entry}.js`), 'utf8')
}

describe.each(['bundler', 'nodenext'])('the types of the kit, resolved as %s', (resolution) => {
  it.each([
    ['client', 'es2024,dom,dom.iterable'],
    ['worker', 'es2024,webworker'],
    ['seal', 'es2024,webworker'],
  ])('check in a project that uses %s', async (part, lib) => {
    const { stdout } = await compile(`${part}.mts`, resolution, lib)
    expect(stdout).toBe('')
  })
})

describe('the kit', () => {
  it('bundles to one classic worker script', async () => {
    const source = await bundle('worker', 'iife')
    expect(() => new Script(source)).not.toThrow()
    expect(source).not.toContain('importScripts')
  })

  it('bundles into a page', async () => {
    expect(await bundle('client', 'es')).not.toMatch(/\bfrom\s*["']/)
  })

  it('seals in plain Node, with nothing else installed', async () => {
    const { respond } = await import(pathToFileURL(join(project, 'seal.mts')).href)
    const response: Response = await respond(new Request('https://app.example.com/'))
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(await response.text()).toBe('mine')
  })
})
