import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { type EnexNote, readEnex } from '../../../src/notebook/exchange/enex.ts'
import { enmlToHtml } from '../../../src/notebook/exchange/enml.ts'
import { ImportError, type Left } from '../../../src/notebook/exchange/imported.ts'

const bytes = Buffer.from('not really a picture')
const hash = createHash('md5').update(bytes).digest('hex')
const data = bytes.toString('base64').replace(/.{8}/gu, '$&\n')

const head =
  '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE en-export SYSTEM "http://xml.evernote.com/pub/evernote-export4.dtd">\n<en-export application="Evernote" version="10">'
const noteOf = (title: string, content: string, more = '') =>
  `<note><title>${title}</title><created>20240131T120000Z</created><updated>20240201T000000Z</updated><tag>sea</tag><tag>low tide</tag><note-attributes><source-url>https://example.com/?a=1&amp;b=2</source-url></note-attributes><content><![CDATA[<?xml version="1.0"?><!DOCTYPE en-note SYSTEM "http://xml.evernote.com/pub/enml2.dtd"><en-note>${content}</en-note>]]></content>${more}</note>`
const resource = `<resource><data encoding="base64">\n${data}\n</data><mime>image/png</mime><resource-attributes><file-name>shore &amp; sea.png</file-name></resource-attributes></resource>`

const read = (text: string, piece = 7): { readonly notes: readonly EnexNote[]; readonly left: readonly Left[] } => {
  const reader = readEnex()
  const notes: EnexNote[] = []
  for (let at = 0; at < text.length; at += piece) notes.push(...reader.push(text.slice(at, at + piece)))
  return { notes, left: reader.end() }
}

const codeOf = (work: () => unknown): unknown => {
  try {
    return work()
  } catch (thrown) {
    return thrown instanceof ImportError ? thrown.code : thrown
  }
}

const htmlOf = (content: string, tasks: EnexNote['tasks'] = []) =>
  enmlToHtml(`<en-note>${content}</en-note>`, {
    media: new Map([[hash, { id: 'f1', name: 'a"b.png', type: 'image/png' }]]),
    tasks,
    encrypted: 'Encrypted.',
  })

describe('an Evernote export', () => {
  it('is read in pieces of any length: notes, dates, tags, tasks and files by the MD5 of their bytes', () => {
    const task = '<task><title>Look &lt;up&gt;</title><taskStatus>completed</taskStatus></task>'
    const text = `${head}${noteOf('Kelp &amp; co', 'a&nbsp;b', resource + task)}${noteOf('Second', '')}</en-export>`
    for (const piece of [1, 7, 100_000]) {
      const { notes, left } = read(text, piece)
      expect(left).toEqual([])
      expect(notes.map(({ title }) => title)).toEqual(['Kelp & co', 'Second'])
      expect(notes[0]).toMatchObject({
        createdAt: Date.UTC(2024, 0, 31, 12),
        updatedAt: Date.UTC(2024, 1, 1),
        tags: ['sea', 'low tide'],
        source: 'https://example.com/?a=1&b=2',
        tasks: [{ title: 'Look <up>', isDone: true }],
        left: [],
      })
      expect(notes[0]?.content).toContain('<en-note>a&nbsp;b</en-note>')
      expect(notes[0]?.resources).toEqual([
        { hash, type: 'image/png', name: 'shore & sea.png', bytes: new Uint8Array(bytes) },
      ])
    }
  })

  it('that is cut off gives the notes before, and names the one in which it ends', () => {
    const whole = `${head}${noteOf('First', 'x')}${noteOf('Second', 'y')}</en-export>`
    const { notes, left } = read(whole.slice(0, whole.indexOf('Second') + 60))
    expect(notes.map(({ title }) => title)).toEqual(['First'])
    expect(left).toEqual([{ name: 'Second', reason: 'IMPORT_CUT_OFF' }])
    expect(read(whole.slice(0, -5)).left).toEqual([{ name: '', reason: 'IMPORT_CUT_OFF' }])
  })

  it('names a file in it that cannot be read', () => {
    const broken = resource.replace('<data encoding="base64">', '<data encoding="base64">*')
    const { notes } = read(`${head}${noteOf('A', 'x', broken)}</en-export>`)
    expect(notes[0]?.left).toEqual([{ name: 'A / shore & sea.png', reason: 'IMPORT_UNREADABLE' }])
    expect(notes[0]?.resources).toEqual([])
  })

  it('is refused where it declares entities, or is something else', () => {
    const bomb = `<?xml version="1.0"?><!DOCTYPE en-export [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><en-export>${noteOf('&b;', '')}</en-export>`
    expect(codeOf(() => read(bomb))).toBe('IMPORT_UNSAFE')
    expect(codeOf(() => read(bomb.replace(' [', '['), 1))).toBe('IMPORT_UNSAFE')
    expect(codeOf(() => read('<!doctype html><html><body>no</body></html>'))).toBe('IMPORT_UNKNOWN')
    expect(codeOf(() => read('no markup at all'))).toBe('IMPORT_UNKNOWN')
    expect(
      codeOf(() =>
        enmlToHtml('<!DOCTYPE x [<!ENTITY a "b">]><en-note>&a;</en-note>', {
          media: new Map(),
          tasks: [],
          encrypted: '',
        }),
      ),
    ).toBe('IMPORT_UNSAFE')
  })

  it('has its own elements as HTML: pictures, tasks, code and what is encrypted', () => {
    expect(htmlOf(`<div><en-media hash="${hash.toUpperCase()}" type="image/png"/></div>`).html).toBe(
      '<div><img src="attachment:f1" alt="a&quot;b.png"></div>',
    )
    expect(htmlOf('<en-media hash="0" type="image/png"/>')).toEqual({ html: '', missing: ['0'] })
    expect(htmlOf('<div><en-todo checked="true"/>A<br/>&amp;</div>').html).toBe(
      '<div><input type="checkbox" checked> A<br>&amp;</div>',
    )
    expect(htmlOf('<ul><li style="--en-checked:true;">A</li></ul>', [{ title: 'T<', isDone: false }]).html).toBe(
      '<ul><li><input type="checkbox" checked> A</li></ul><ul><li><input type="checkbox"> T&lt;</li></ul>',
    )
    expect(htmlOf('<div style="-en-codeblock:true;"><div>a &lt; b</div><div>c</div></div>').html).toBe(
      '<pre><code>a &lt; b\nc\n</code></pre>',
    )
    expect(htmlOf('<en-crypt hint="the usual" cipher="AES">RU5D</en-crypt>').html).toBe(
      '<p>Encrypted. the usual</p><pre><code>RU5D</code></pre>',
    )
  })

  it('takes no attribute but those of text, and no markup out of text', () => {
    const { html } = htmlOf(
      '<a onclick="x" href="javascript:x">a</a><![CDATA[<script>]]><img src="x&quot; onerror=&quot;y"/>',
    )
    expect(html).not.toContain('onclick')
    expect(html).not.toContain('<script')
    expect(html).toContain('src="x&quot; onerror=&quot;y"')
  })
})
