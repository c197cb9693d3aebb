import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createMail } from '../../../server/mail/mail.ts'
import { createAlerts } from '../../../server/oidc/alerts.ts'
import type { Message } from '../../../server/store/outbox.ts'
import { newId } from '../../../server/store/store.ts'
import { createTestApi, type TestApi } from './support/test-api.ts'

let api: TestApi
beforeAll(async () => {
  api = await createTestApi()
})
afterAll(() => api.dispose())

const log = pino({ level: 'silent' })

const signIn = async (accountId: string, deviceName: string, address: string) => {
  const id = newId()
  const rest = { clientId: 'web', providerSession: undefined, platform: 'Linux', userAgent: '', authTime: undefined }
  await api.store.sessions.create({ id, accountId, deviceName, address, ...rest })
  return id
}

test('a sign-in is unusual where neither the device nor the network was seen before', async () => {
  const mail = createMail(api.store, undefined, log)
  const alerts = createAlerts(api.store, mail, api.config)
  const account = await api.store.accounts.create('ada@example.com', '')
  const tell = async (device: string, address: string, language = 'en') => {
    const before = (await api.store.outbox.list('all')).length
    await alerts(account?.id ?? '', await signIn(account?.id ?? '', device, address), language)
    return (await api.store.outbox.list('all')).slice(before)
  }
  expect(await tell('Firefox on Linux', '192.0.2.1')).toEqual([])
  expect(await tell('Firefox on Linux', '203.0.113.9')).toEqual([])
  expect(await tell('Chrome on Windows', '192.0.2.77')).toEqual([])
  const [told] = await tell('Safari on iOS', '198.51.100.4', 'de')
  expect(told).toMatchObject({ recipient: 'ada@example.com', subject: 'Eine neue Anmeldung bei Holdfast' })
  expect(told?.body).toContain('Safari on iOS')
  expect(await tell('Safari on macOS', '2001:db8:1:2::3')).toHaveLength(1)
  expect(await tell('Opera on macOS', '2001:db8:1:9::3')).toEqual([])
  const events = await api.store.audit.list(account?.id ?? '', 20)
  expect(events.filter(({ type }) => type === 'sign-in.unusual')).toHaveLength(2)
  await mail.close()
})

test('mail is sent from the outbox, waits there while the mail server is away, and goes out once', async () => {
  const own = await createTestApi()
  const sent: Message[] = []
  let away = true
  const deliver = async (message: Message) => {
    if (away) throw new Error('connection refused')
    sent.push(message)
  }
  const message = { recipient: 'ada@example.com', subject: 'Hello', body: 'There' }
  const first = createMail(own.store, deliver, log)
  await first.send(message)
  await first.close()
  expect(sent).toEqual([])
  expect(await own.store.outbox.list('unsent')).toHaveLength(1)
  away = false
  const nodes = [createMail(own.store, deliver, log), createMail(own.store, deliver, log)]
  await Promise.all(nodes.map((node) => node.send({ ...message, subject: 'Again' })))
  await Promise.all(nodes.map((node) => node.close()))
  expect(sent.map(({ subject }) => subject).sort()).toEqual(['Again', 'Again', 'Hello'])
  expect(await own.store.outbox.list('unsent')).toEqual([])
  await own.dispose()
})
