import { spawnSync } from 'node:child_process'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'

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
