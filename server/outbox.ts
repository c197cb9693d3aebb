import { readConfig } from './config.ts'
import { openStore } from './store/store.ts'

// Prints the messages that wait for a mail server, for an operator who has none and passes them on.
const store = await openStore(readConfig(process.env))
const messages = await store.outbox.list('unsent')
for (const { createdAt, recipient, subject, body } of messages) {
  process.stdout.write(`${new Date(createdAt).toISOString()}\nTo: ${recipient}\nSubject: ${subject}\n\n${body}\n`)
}
process.stdout.write(`${messages.length} messages wait.\n`)
await store.close()
