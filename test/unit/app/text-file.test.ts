import { expect, it } from 'vitest'
import { fileOfText } from '../../../src/app/state/text-file.ts'

it('makes a file of a long text, whatever characters stand where it is cut', async () => {
  for (const start of ['', 'a']) {
    const text = start + '🌊'.repeat(600_000)
    const file = await fileOfText(text, 'text.txt')
    expect([file.name, file.type]).toEqual(['text.txt', 'text/plain'])
    expect((await file.text()) === text).toBe(true)
  }
})
