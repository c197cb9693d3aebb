import type { Page } from 'puppeteer-core'
import type { Holdfast } from '../../support/holdfast.ts'

/** The form that a provider sends a browser back with (OAuth 2.0 Form Post Response Mode). */
export type Callback = { readonly action: string; readonly fields: Readonly<Record<string, string>> }

const unescaped = (text: string): string => text.replaceAll('&amp;', '&').replaceAll('&quot;', '"')

/** What the provider last sent a browser back with. */
export const lastCallback = ({ appUrl, recorder }: Holdfast): Callback => {
  const body = recorder.requests.findLast(({ reply }) => reply?.body.includes('name="code"'))?.reply?.body ?? ''
  const inputs = [...body.matchAll(/<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"/g)]
  if (inputs.length === 0) throw new Error('The provider has sent no browser back.')
  const fields = Object.fromEntries(inputs.map(([, name = '', value = '']) => [name, unescaped(value)]))
  return { action: `${appUrl}/auth/callback`, fields }
}

/** Posts a callback from `page`, as a browser does that loads it again. */
export const post = async (page: Page, { action, fields }: Callback): Promise<void> => {
  const gone = page.waitForNavigation()
  await page.evaluate(
    (to, values) => {
      const form = document.createElement('form')
      form.method = 'post'
      form.action = to
      for (const [name, value] of Object.entries(values)) {
        const input = document.createElement('input')
        input.name = name
        input.value = value
        form.append(input)
      }
      document.body.append(form)
      form.submit()
    },
    action,
    fields,
  )
  await gone
}
