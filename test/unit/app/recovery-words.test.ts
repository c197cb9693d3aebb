import { describe, expect, it } from 'vitest'
import { kitPage } from '../../../src/app/state/recovery-kit.ts'
import { cleanWords, problemWords, replaceWord } from '../../../src/app/state/recovery-words.ts'

describe('recovery words', () => {
  it('are read as they stand on paper, with their numbers and in lines', () => {
    expect(cleanWords(' 1. Abandon\n2) ability, 3 able\r\n12.zoo; 4: about. ')).toBe('Abandon ability able zoo about')
  })

  it('can have one of them put right', () => {
    expect(replaceWord('1. abandon 2. abilty 3. able', 2, 'ability')).toBe('abandon ability able')
  })

  it('say what is wrong with them, word by word', () => {
    expect(problemWords('one two', { type: 'count', count: 2 })).toEqual(['These are 2 words. A recovery kit has 12.'])
    expect(
      problemWords('1. abandon 2. abel 3. xyz', {
        type: 'unknown-words',
        words: [
          { at: 2, similar: ['able', 'label'] },
          { at: 3, similar: [] },
        ],
      }),
    ).toEqual([
      'Word 2, “abel”, is in no recovery kit. Is it able or label?',
      'Word 3, “xyz”, is in no recovery kit. Compare it with your copy.',
    ])
    const whole = (['checksum', 'other'] as const).map((type) => problemWords('', { type })[0])
    expect(new Set(whole).size).toBe(2)
  })
})

describe('the page of a recovery kit', () => {
  const facts = { words: 'abandon ability', account: '<b>"me" & you', place: '', made: 'today', language: 'en' }

  it('has the words one by one, in a line to copy, and as a QR code, and asks nobody for anything', () => {
    const page = kitPage(facts)
    expect(page).toContain('<li>abandon</li><li>ability</li>')
    expect(page).toContain('<code>abandon ability</code>')
    expect(page).toContain('<svg')
    expect(page.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:|<script|src=|href=/u)
  })

  it('takes the name of an account as a text', () => {
    expect(kitPage(facts)).toContain('&lt;b&gt;&quot;me&quot; &amp; you · today')
  })
})
