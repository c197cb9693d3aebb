import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { expect, test } from 'vitest'
import { recordsClearedAtSignOut, storedThings } from '../../../src/data/register.ts'

const root = join(import.meta.dirname, '../../..')
const files = ['src', 'server']
  .flatMap((folder) => readdirSync(join(root, folder), { recursive: true, withFileTypes: true }))
  .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
  .map((entry) => relative(root, join(entry.parentPath, entry.name)))
  .sort()
const textOf = (file: string): string => readFileSync(join(root, file), 'utf8')
const where = (pattern: RegExp): string[] => files.filter((file) => pattern.test(textOf(file)))

test('a secret is looked at in oidc, vault and api alone', () => {
  const count = (file: string) => [file, textOf(file).match(/\breveal\(/g)?.length ?? 0]
  expect(where(/\breveal\(/).map(count)).toEqual([
    ['src/sw/api.ts', 2],
    ['src/sw/oidc/authorization.ts', 1],
    ['src/sw/oidc/callback.ts', 3],
    ['src/sw/oidc/proofs.ts', 1],
    ['src/sw/oidc/tokens.ts', 5],
    ['src/sw/oidc/userinfo.ts', 1],
    ['src/sw/vault.ts', 2],
  ])
})

test('oauth4webapi is imported by oidc alone', () => {
  const importers = where(/from 'oauth4webapi'/)
  expect(importers.filter((file) => !/^(src\/sw|server)\/oidc\//.test(file))).toEqual([])
})

test("credentials are added to requests in api and oidc alone, and the operator's key for a model in the gateway", () => {
  expect(where(/Bearer \$\{/)).toEqual(['server/gateway/protocols.ts', 'src/sw/api.ts'])
})

test('the app uses custody through the kit and nothing else', () => {
  const imports = files
    .filter((file) => file.startsWith('src/app/'))
    .flatMap((file) => [...textOf(file).matchAll(/from '([^']*\.\.\/(?:client|sw|kit|session|crypto|seal)\/[^']*)'/g)])
    .map((match) => match[1]?.replace(/^(\.\.\/)+/, ''))
  expect([...new Set(imports)]).toEqual(['kit/client.ts'])
})

test('the server never imports what could open notes', () => {
  const server = files.filter((file) => file.startsWith('server/'))
  expect(server.filter((file) => /from '[^']*src\/(crypto|sw|session|app)\//.test(textOf(file)))).toEqual([])
})

test('a sign-out clears every record but what the provider has still to be told', () => {
  expect([...recordsClearedAtSignOut].sort()).toEqual([
    'device',
    'metadata',
    'pairing',
    'session',
    'sync',
    'transaction',
  ])
})

test('the register names every store that the code opens', () => {
  const opens = /(?:createIndexedStore\(|cacheName: |super\(|new Dexie\(|DATABASE(?:_NAME)? = )'(holdfast-[a-z]+)/g
  const opened = files.flatMap((file) => [...textOf(file).matchAll(opens)].map((match) => match[1] ?? ''))
  const named = storedThings.map(({ where }) => where)
  expect([...new Set(opened)].sort()).toEqual([
    'holdfast-custody',
    'holdfast-notebooks',
    'holdfast-notes',
    'holdfast-precache',
  ])
  for (const name of opened) expect(named.some((place) => place.includes(` ${name}`))).toBe(true)
})

test('nothing is kept where any script of the page could read it', () => {
  expect(where(/\b(localStorage|sessionStorage|document\.cookie)\b/)).toEqual([])
})
