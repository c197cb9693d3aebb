import { readFileSync } from 'node:fs'
import type { Hono } from 'hono'
import { html, raw } from 'hono/html'
import type { ApiEnv } from './api.ts'
import type { JsonSchema, OpenApi, Operation } from './openapi.ts'

const css = readFileSync(new URL('./page.css', import.meta.url), 'utf8')

/** Stricter than the policy of the origin, which holds besides: this page has no script. */
const policy = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'"

const shape = (schema: JsonSchema): string => JSON.stringify(schema, null, 2)

/** The shape of what is sent, where it is JSON. */
const shapeOf = (content: Operation['responses'][string]['content']) => {
  const { 'application/json': json } = content
  return json === undefined ? html`<p>Bytes.</p>` : code(shape(json.schema))
}

const code = (text: string) => html`<pre><code>${text}</code></pre>`

/** Words of a description with its codes between backticks. */
const marked = (text: string) =>
  text.split('`').map((part, index) => (index % 2 === 0 ? html`${part}` : html`<code>${part}</code>`))

const credentials = (security: Operation['security']): string => {
  if (security.length === 0) return 'No credentials.'
  return security.length === 1 ? 'Needs credentials.' : 'With or without credentials.'
}

const section = (path: string, method: string, operation: Operation) => html`
  <section id="${operation.operationId}">
    <h3><span class="method">${method.toUpperCase()}</span> ${path}</h3>
    <p>${operation.summary} <span class="muted">${credentials(operation.security)}</span></p>
    ${operation.requestBody === undefined ? '' : html`<h4>Body</h4>${shapeOf(operation.requestBody.content)}`}
    <h4>Answers</h4>
    <dl>
      ${Object.entries(operation.responses).map(
        ([status, { description, content }]) => html`
          <dt>${status}</dt>
          <dd>${marked(description)}${status.startsWith('2') ? shapeOf(content) : ''}</dd>`,
      )}
    </dl>
  </section>`

const page = (document: OpenApi) => {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  )
  return html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta http-equiv="content-security-policy" content="${raw(policy)}" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>The API of Holdfast</title>
    <link rel="stylesheet" href="/api/v1/docs.css" />
  </head>
  <body>
    <main>
      <h1>The API of Holdfast</h1>
      <p>Version ${document.info.version}. Every address begins with <code>/api/v1</code>. For programs: <a href="/api/v1/openapi.json">OpenAPI 3.1</a>.</p>
      <p>${marked(document.components.securitySchemes.dpop.description)}</p>
      <nav aria-label="Routes">
        <ul>
          ${operations.map(
            ({ path, method, operation }) =>
              html`<li><a href="#${operation.operationId}"><span class="method">${method.toUpperCase()}</span> ${path}</a></li>`,
          )}
        </ul>
      </nav>
      ${operations.map(({ path, method, operation }) => section(path, method, operation))}
      <section>
        <h2>Errors</h2>
        <p>Every error has this one form; its codes do not change.</p>
        ${code(shape(document.components.schemas.Error))}
      </section>
    </main>
  </body>
</html>`
}

/** The document for programs at `/v1/openapi.json`, and for people at `/v1/docs`. Answers the addresses that it added. */
export const addPages = (api: Hono<ApiEnv>, describe: () => OpenApi): readonly string[] => {
  // Made when somebody asks for it.
  let made: OpenApi | undefined
  const document = (): OpenApi => {
    made ??= describe()
    return made
  }
  const files = [
    ['/v1/openapi.json', 'application/json', () => JSON.stringify(document())],
    ['/v1/docs', 'text/html; charset=utf-8', () => String(page(document()))],
    ['/v1/docs.css', 'text/css; charset=utf-8', () => css],
  ] as const
  for (const [path, type, text] of files) api.get(path, (c) => c.body(text(), 200, { 'content-type': type }))
  return files.map(([path]) => path)
}
