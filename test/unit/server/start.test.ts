import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readConfig } from '../../../server/config.ts'
import { startServer } from '../../../server/server.ts'
import { freePorts } from '../../support/free-ports.ts'
import { startTestServer } from './support/running-server.ts'

describe('the configuration', () => {
  test('has a default for everything', () => {
    expect(readConfig({})).toMatchObject({
      appPort: 8787,
      idPort: 8788,
      appUrl: 'http://localhost:8787',
      idUrl: 'http://localhost:8788',
      accessTokenTtl: 900,
      syncQuota: 1_073_741_824,
    })
  })

  test('takes the addresses of a proxy', () => {
    const variables = { HOLDFAST_APP_URL: 'https://notes.example.com', HOLDFAST_ID_URL: 'https://id.example.com' }
    expect(readConfig(variables)).toMatchObject({
      appUrl: 'https://notes.example.com',
      idUrl: 'https://id.example.com',
    })
  })

  test('names every fault at once', () => {
    const variables = {
      HOLDFAST_APP_PORT: '0',
      HOLDFAST_ID_PORT: '70000',
      HOLDFAST_APP_URL: 'http://notes.example.com',
      HOLDFAST_ID_URL: 'https://id.example.com/path',
      HOLDFAST_ACCESS_TOKEN_TTL: 'soon',
      HOLDFAST_SYNC_QUOTA: '1 GiB',
      DATABASE_URL: 'mysql://user:canary@db/holdfast',
    }
    const read = () => readConfig(variables)
    for (const name of Object.keys(variables)) expect(read).toThrow(name)
    expect(read).not.toThrow('canary')
  })

  test.each([
    ['ports', { HOLDFAST_APP_PORT: '9000', HOLDFAST_ID_PORT: '9000' }],
    ['origins', { HOLDFAST_APP_URL: 'https://one.example.com', HOLDFAST_ID_URL: 'https://one.example.com' }],
  ])('needs two different %s', (_what, variables) => {
    expect(() => readConfig(variables)).toThrow(/differ/)
  })
})

describe('a start', () => {
  test('says which port is taken, and leaves nothing behind', async () => {
    const server = await startTestServer()
    const { config } = server
    const [appPort = 0] = await freePorts(1)
    const options = { config: { ...config, appPort }, appFiles: join(server.data, '../app') }
    await expect(startServer(options)).rejects.toThrow(String(config.idPort))
    const probe = createServer().listen(appPort, '127.0.0.1')
    await once(probe, 'listening')
    await once(probe.close(), 'close')
    await server.dispose()
  })

  test('says that the app is not built where it is not', async () => {
    const server = await startTestServer()
    await server.close()
    await expect(startServer({ config: server.config, appFiles: server.data })).rejects.toThrow(/built/)
    await server.dispose()
  })

  test('answers at every address of localhost', async () => {
    const server = await startTestServer()
    for (const host of ['127.0.0.1', '[::1]', 'localhost']) {
      expect((await fetch(`http://${host}:${server.config.appPort}/healthz`)).status).toBe(200)
    }
    await server.dispose()
  })
})

describe('the process', () => {
  const run = async (variables: Record<string, string>) => {
    const main = new URL('../../../dist/server/start.mjs', import.meta.url).pathname
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main], {
      env: { PATH: process.env.PATH ?? '', ...variables },
    })
    let output = ''
    const { promise: ready, resolve } = Promise.withResolvers<void>()
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (part) => {
        output += String(part)
        if (output.includes('ready')) resolve()
      })
    }
    const ended = once(child, 'exit').then(([code]) => ({ code, output }))
    return { child, ready, ended }
  }

  test('says when it is ready and where, and ends at SIGTERM with 0', async () => {
    const data = await mkdtemp(join(tmpdir(), 'holdfast-process-'))
    const [appPort, idPort] = await freePorts(2)
    const variables = { HOLDFAST_APP_PORT: String(appPort), HOLDFAST_ID_PORT: String(idPort), HOLDFAST_DATA: data }
    const { child, ready, ended } = await run(variables)
    await Promise.race([ready, ended])
    child.kill('SIGTERM')
    const { code, output } = await ended
    expect(output).toContain(`app http://localhost:${appPort}, identity provider http://localhost:${idPort}`)
    expect(output).not.toContain('oidc-provider')
    expect(code).toBe(0)
    await rm(data, { recursive: true, force: true })
  })

  test('ends with the faults of its configuration, and no trace of the inside', async () => {
    const { ended } = await run({ HOLDFAST_APP_PORT: 'x', HOLDFAST_ACCESS_TOKEN_TTL: 'y' })
    const { code, output } = await ended
    expect(code).not.toBe(0)
    expect(output).toContain('HOLDFAST_APP_PORT')
    expect(output).toContain('HOLDFAST_ACCESS_TOKEN_TTL')
    expect(output).not.toMatch(/\n\s+at /)
  })
})
