import { normaliseEmail } from './accounts/email.ts'
import { quotas } from './api/routes/extract.ts'
import { type Config, loadConfig } from './config.ts'
import { backup, restore } from './operation/backup.ts'
import { adoptKeys } from './operation/keys.ts'
import { loadSecrets } from './secrets.ts'
import { openStore } from './store/store.ts'

type Command = {
  /** Its name, then a word in capitals for each that has to follow. */
  readonly usage: string
  run(config: Config, ...words: readonly string[]): Promise<string>
}

/** What an operator can do besides starting the server. */
const commands: Readonly<Record<string, Command>> = {
  backup: {
    usage: 'backup FILE     writes the database and the keys into a new file; servers may run meanwhile',
    async run(config, file = '') {
      await backup(config, file)
      return `Everything is in ${file}. It holds the keys of the server: keep it as safe as them.`
    },
  },
  restore: {
    usage: 'restore FILE    puts a backup into an empty database, SQLite or PostgreSQL; stop the servers first',
    async run(config, file = '') {
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
  plan: {
    usage: 'plan WHO PLAN   gives an account, by its e-mail or id, a plan: free, pro, or none without metered calls',
    async run(config, who = '', plan = '') {
      if (plan !== 'none' && !Object.hasOwn(quotas, plan)) throw new Error('The plans are free, pro and none.')
      const store = await openStore(config)
      const id = (await store.accounts.findByEmail(normaliseEmail(who) ?? who))?.id ?? who
      const isThere = await store.usage.setPlan(id, plan).finally(() => store.close())
      if (!isThere) throw new Error('There is no such account.')
      return `The plan is ${plan} from now on.`
    },
  },
}

const [name = '', ...words] = process.argv.slice(2)
const command = commands[name]
const wanted = command?.usage.split(/ {2,}/)[0]?.split(' ').slice(1).length ?? 0
if (command === undefined || words.length !== wanted) {
  console.error(
    ['What an operator can do:', ...Object.values(commands).map(({ usage }) => `  holdfast ${usage}`)].join('\n'),
  )
  process.exit(2)
}
try {
  console.log(await command.run(loadConfig(process.env), ...words))
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
}
