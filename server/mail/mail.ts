import type { Logger } from 'pino'
import type { Message } from '../store/outbox.ts'
import type { Store } from '../store/store.ts'

export type MailConfig = {
  /** `smtp://` or `smtps://` address of a mail server; undefined: messages stay in the outbox. */
  readonly url: string | undefined
  readonly from: string
}

/** Sends one message. Rejects where the mail server does not take it. */
export type Deliver = (message: Message) => Promise<void>

export const smtpDelivery = ({ url, from }: MailConfig): Deliver | undefined => {
  if (url === undefined) return undefined
  // Loaded where a mail server is configured.
  const transport = import('nodemailer').then(({ createTransport }) => createTransport(url))
  return async ({ recipient, subject, body }) => {
    await (await transport).sendMail({ from, to: recipient, subject, text: body })
  }
}

const pause = 60_000

/**
 * Writes messages into the outbox and sends them from there, so that nobody waits for a mail server: what it did not take is
 * tried again every minute, also after a restart.
 */
export const createMail = (store: Store, deliver: Deliver | undefined, log: Logger) => {
  const flush = async (): Promise<void> => {
    if (deliver === undefined) return
    for (const message of await store.outbox.list('unsent')) {
      if (!(await store.outbox.claim(message.id))) continue
      try {
        await deliver(message)
      } catch {
        await store.outbox.giveBack(message.id)
        log.warn('a message could not be sent and waits in the outbox')
        return
      }
    }
  }
  let running = Promise.resolve()
  const run = () => {
    running = running.then(flush).catch(() => log.error('the outbox cannot be read'))
    return running
  }
  const timer = setInterval(() => void run(), pause)
  timer.unref()
  return {
    /** Resolves when the message is in the outbox. */
    async send(message: Message): Promise<void> {
      await store.outbox.put(message)
      void run()
    },
    /** Waits for what is being sent. */
    async close(): Promise<void> {
      clearInterval(timer)
      await running
    },
  }
}

export type Mail = ReturnType<typeof createMail>
