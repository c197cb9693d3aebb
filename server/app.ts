import { Hono } from 'hono'
import type { ApiEnv } from './api/api.ts'
import type { BuiltApp } from './static-files.ts'

const notFound = `<!doctype html>
<html lang="en">
  <head><meta charset="utf-8" /><meta name="viewport" content="width=device-width, initial-scale=1" /><title>Not found · Holdfast</title></head>
  <body><h1>There is nothing here</h1><p><a href="/">Go to the notebook</a></p></body>
</html>`

/** The origin of the app: its files, the API, and the way to the page of the account at the provider. */
export const createApp = (api: Hono<ApiEnv>, files: BuiltApp, accountPage: string): Hono<ApiEnv> => {
  const app = new Hono<ApiEnv>()
  app.get('/healthz', (c) => c.json({ status: 'ok' }, 200, { 'cache-control': 'no-store' }))
  app.route('/api', api)
  app.get('/account', (c) => c.redirect(accountPage, 303))
  app.get('*', (c) => files.respond(c.req.path) ?? c.html(notFound, 404))
  app.notFound((c) => c.html(notFound, 404))
  app.onError((_error, c) => c.text('Something went wrong.', 500))
  return app
}
