import { get, type IncomingMessage } from 'node:http'
import { describe, expect, test } from 'vitest'
import { aiOrigins, aiResources, readAi } from '../../../server/ai.ts'
import { readConfig } from '../../../server/config.ts'
import { parseConfig } from '../../../src/sw/config.ts'
import { startTestServer } from './support/running-server.ts'

const read = (text: string) => readConfig({ HOLDFAST_AI_PROVIDERS: text }).ai

describe('the providers of AI', () => {
  test('are the known ones where nothing is said, and none where that is said', () => {
    expect(readConfig({}).ai).toEqual([
      { id: 'openai', origin: 'https://api.openai.com', base: '/v1' },
      { id: 'anthropic', origin: 'https://api.anthropic.com', base: '/v1' },
      { id: 'gemini', origin: 'https://generativelanguage.googleapis.com', base: '/v1beta' },
    ])
    expect(read('none')).toEqual([])
  })

  test('can be any that speak the protocol of OpenAI, at addresses of the configuration', () => {
    expect(read('openai, groq=https://api.groq.com/openai/v1 home=http://localhost:1234')).toEqual([
      { id: 'openai', origin: 'https://api.openai.com', base: '/v1' },
      { id: 'groq', origin: 'https://api.groq.com', base: '/openai/v1' },
      { id: 'home', origin: 'http://localhost:1234', base: '' },
    ])
  })

  test.each([
    'groq',
    'groq=',
    'Groq=https://api.groq.com',
    'groq=http://api.groq.com/v1',
    'groq=https://api.groq.com/v1/',
    'groq=https://api.groq.com/v1?key=x',
    'groq=https://user@api.groq.com/v1',
    'groq=https://api.groq.com/a/../v1',
    'openai openai',
    'constructor',
  ])('are refused as %j', (text) => {
    expect(() => read(text)).toThrow('HOLDFAST_AI_PROVIDERS')
  })

  test('are resources of the worker: a key goes to the paths that the app asks, and nowhere else', () => {
    const resources = aiResources(readAi('openai anthropic gemini groq=https://api.groq.com/openai/v1'))
    const provider = { id: 'main', issuer: 'https://id.example.com', clientId: 'web', scope: 'openid' }
    const config = {
      callbackPath: '/cb',
      providers: [{ ...provider, responseMode: 'form_post', dpop: true }],
      resources,
    }
    expect(() => parseConfig(config)).not.toThrow()
    expect(resources.map(({ secret, header, paths }) => [secret, header ?? 'authorization', paths])).toEqual([
      ['openai', 'authorization', ['/v1/chat/completions', '/v1/audio/transcriptions', '/v1/models']],
      ['anthropic', 'x-api-key', ['/v1/messages', '/v1/models']],
      ['gemini', 'x-goog-api-key', ['/v1beta/models']],
      [
        'groq',
        'authorization',
        ['/openai/v1/chat/completions', '/openai/v1/audio/transcriptions', '/openai/v1/models'],
      ],
    ])
  })

  test('are in the policy of the worker, and not in that of the pages', async () => {
    const server = await startTestServer()
    const { appUrl } = server.config
    const headers = {
      'service-worker': 'script',
      'sec-fetch-dest': 'serviceworker',
      'sec-fetch-mode': 'same-origin',
      'sec-fetch-site': 'same-origin',
    }
    /** `fetch` may not send these headers itself. */
    const policy = async (path: string, more = {}): Promise<string> => {
      const { promise, resolve, reject } = Promise.withResolvers<string>()
      const took = (response: IncomingMessage) => {
        response.resume()
        resolve(String(response.headers['content-security-policy']))
      }
      get(appUrl + path, { headers: more }, took).on('error', reject)
      return promise
    }
    const [worker, page] = [await policy('/sw.js', headers), await policy('/')]
    for (const origin of aiOrigins(server.config.ai)) {
      expect(worker).toContain(` ${origin}`)
      expect(page).not.toContain(origin)
    }
    await server.dispose()
  })
})
