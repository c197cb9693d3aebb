import { resolve } from 'node:path'
import { type Config, loadConfig } from './config.ts'
import { backup, restore } from './operation/backup.ts'
import { adoptKeys } from './operation/keys.ts'
import { loadSecrets } from './secrets.ts'
import { openStore } from './store/store.ts'

type Command = { readonly usage: string; run(config: Config, file: string): Promise<string> }

/** What an operator can do besides starting the server. */
const commands: Readonly<Record<string, Command>> = {
  backup: {
    usage: 'backup FILE     writes the database and the keys into a new file; servers may run meanwhile',
    async run(config, file) {
      await backup(config, file)
      return `Everything is in ${file}. It holds the keys of the server: keep it as safe as them.`
    },
  },
  restore: {
    usage: 'restore FILE    puts a backup into an empty database, SQLite or PostgreSQL; stop the servers first',
    async run(config, file) {
      await restore(config, file)
      return 'The backup is restored. Start the server.'
    },
  },
  'adopt-keys': {
    usage: 'adopt-keys      takes the keys of this machine as the ones of the server, where the former are lost',
    async run(config) {
      const store = await openStore(config)
      await adoptKeys(store, await loadSecrets(config.data, config.secretsFile)).finally(() => store.close())
      return 'These keys are the ones of the server now. Everybody has to sign in again.'
    },
  },
  outbox: {
    usage: 'outbox          prints the messages that wait for a mail server, to be passed on by hand',
    async run(config) {
      const store = await openStore(config)
      const messages = await store.outbox.list('unsent').finally(() => store.close())
      const written = messages.map(
        ({ createdAt, recipient, subject, body }) =>
          `${new Date(createdAt).toISOString()}\nTo: ${recipient}\nSubject: ${subject}\n\n${body}`,
      )
      return [...written, `${messages.length} messages wait.`].join('\n')
    },
  },
}

const [name = '', file] = process.argv.slice(2)
const command = commands[name]
if (command === undefined || (command.usage.startsWith(`${name} FILE`) && file === undefined)) {
  console.error(
    ['What an operator can do:', ...Object.values(commands).map(({ usage }) => `  holdfast ${usage}`)].join('\n'),
  )
  process.exit(2)
}
try {
  console.log(await command.run(loadConfig(process.env), resolve(file ?? '')))
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
}
