import { spawnSync } from 'node:child_process'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readConfig } from '../../../../server/config.ts'
import { openStore } from '../../../../server/store/store.ts'

const program = new URL('../../../../bin/holdfast.mjs', import.meta.url).pathname

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-cli-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const holdfast = (data: string, ...words: string[]) =>
  spawnSync(process.execPath, [program, ...words], {
    cwd: folder,
    env: { PATH: process.env.PATH ?? '', HOLDFAST_DATA: join(folder, data) },
    encoding: 'utf8',
  })

test('an operator backs a server up and restores it by two commands, with files named from where he is', async () => {
  expect(holdfast('one', 'backup', 'kept')).toMatchObject({
    status: 0,
    stdout: expect.stringContaining(join(folder, 'kept')),
  })
  expect((await stat(join(folder, 'kept'))).size).toBeGreaterThan(100)
  expect(holdfast('one', 'backup', 'kept')).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('is there already'),
  })
  expect(holdfast('two', 'restore', 'kept')).toMatchObject({ status: 0 })
})

test.each([[[]], [['bakup']], [['backup']]])(
  'words that are no command are answered with those that are: %j',
  (words) => {
    const { status, stderr } = holdfast('one', ...words)
    expect(status).toBe(2)
    for (const command of ['backup FILE', 'restore FILE', 'adopt-keys']) expect(stderr).toContain(command)
  },
)

test('an operator gives an account a plan, by its e-mail or its id', async () => {
  const store = await openStore(readConfig({ HOLDFAST_DATA: join(folder, 'one') }))
  const account = await store.accounts.create('ada@example.com', 'none')
  const planOf = () => store.usage.plan(account?.id ?? '')
  expect(await planOf()).toBe('free')
  expect(holdfast('one', 'plan', 'Ada@example.com', 'pro')).toMatchObject({ status: 0 })
  expect(await planOf()).toBe('pro')
  expect(holdfast('one', 'plan', account?.id ?? '', 'none')).toMatchObject({ status: 0 })
  expect(await planOf()).toBe('none')
  expect(holdfast('one', 'plan', 'bob@example.com', 'pro')).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('no such account'),
  })
  expect(holdfast('one', 'plan', 'ada@example.com', 'gold')).toMatchObject({ status: 1 })
  expect(holdfast('one', 'plan', 'ada@example.com')).toMatchObject({ status: 2 })
  expect(await planOf()).toBe('none')
  await store.close()
})
