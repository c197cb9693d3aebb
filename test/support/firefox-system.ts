import type { Browser } from 'puppeteer-core'

type Connection = { send(method: string, params: object): Promise<{ readonly result: unknown }> }

/** The WebDriver BiDi connection under a Firefox, which puppeteer does not show in its types. */
const connectionOf = (browser: Browser): Connection => {
  const connection: unknown = Reflect.get(browser, 'connection')
  if (typeof connection !== 'object' || connection === null || !('send' in connection)) {
    throw new Error('This browser has no BiDi connection.')
  }
  return connection as Connection
}

const text = (value: unknown, ...path: readonly (string | number)[]): string => {
  const found = path.reduce<unknown>(
    (inner, key) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : undefined),
    value,
  )
  return typeof found === 'string' ? found : ''
}

/** Runs an async function body with Firefox's own rights, in its own window. Answers the text it returns. */
export const runInFirefox = async (browser: Browser, body: string): Promise<string> => {
  const connection = connectionOf(browser)
  const tree = await connection.send('browsingContext.getTree', { 'moz:scope': 'chrome' })
  const { result } = await connection.send('script.evaluate', {
    expression: `(async () => { ${body} })()`,
    target: { context: text(tree.result, 'contexts', 0, 'context') },
    awaitPromise: true,
  })
  if (text(result, 'type') === 'exception') throw new Error(text(result, 'exceptionDetails', 'text'))
  return text(result, 'result', 'value')
}
