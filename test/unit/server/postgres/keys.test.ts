import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { adoptKeys } from '../../../../server/operation/keys.ts'
import { loadSecrets } from '../../../../server/secrets.ts'
import { freePorts } from '../../../support/free-ports.ts'
import { signedIn } from '../support/client.ts'
import { startTestServer } from '../support/running-server.ts'

const folder = await mkdtemp(join(tmpdir(), 'holdfast-keys-'))
afterAll(() => rm(folder, { recursive: true, force: true }))

test('a node with other keys is refused, one with the same keys is taken, and lost keys can be given up', async () => {
  const first = await startTestServer()
  const { config } = first
  const [appPort = 0, idPort = 0] = await freePorts(2)
  const other = { ...config, appPort, idPort, data: join(folder, 'other') }
  await expect(startTestServer(other)).rejects.toThrow(/secrets\.json.*HOLDFAST_SECRETS.*adopt-keys/s)

  const secretsFile = join(folder, 'shared.json')
  await writeFile(secretsFile, await readFile(join(config.data, 'secrets.json')), { mode: 0o600 })
  const second = await startTestServer({ ...other, secretsFile })
  const { client, tokens } = await signedIn(second)
  expect((await client.call(tokens.access, '/auth/status')).status).toBe(200)
  await second.dispose()

  await adoptKeys(first.store, await loadSecrets(other.data))
  const third = await startTestServer(other)
  await third.dispose()
  await first.dispose()
})
