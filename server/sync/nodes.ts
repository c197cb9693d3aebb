import type { Client } from 'pg'
import { syncChannel } from '../store/sync.ts'

/** Milliseconds until a connection that was lost is tried again. */
const again = 2000

/** Hears what the other nodes say (PostgreSQL, LISTEN), by a connection of its own. Answers how to stop. */
export const listenToNodes = (url: string, hear: (accountId: string) => void): (() => Promise<void>) => {
  let client: Client | undefined
  let timer: NodeJS.Timeout | undefined
  let isClosed = false
  const connect = async (): Promise<void> => {
    // The driver is loaded where it is used.
    const { default: pg } = await import('pg')
    if (isClosed) return
    const own = new pg.Client({ connectionString: url, application_name: 'holdfast events', keepAlive: true })
    client = own
    const retry = () => {
      if (isClosed || client !== own) return
      client = undefined
      void own.end().catch(() => undefined)
      timer = setTimeout(() => void connect(), again)
      timer.unref()
    }
    own.on('error', retry)
    own.on('end', retry)
    own.on('notification', ({ payload }) => hear(payload ?? ''))
    await own
      .connect()
      .then(() => own.query(`listen ${syncChannel}`))
      .catch(retry)
  }
  void connect()
  return async () => {
    isClosed = true
    clearTimeout(timer)
    await client?.end().catch(() => undefined)
  }
}
