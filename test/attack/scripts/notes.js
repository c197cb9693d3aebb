// Puts payloads into the notebook as an import, a clip or another device would, and shows them as careless code does.
;(() => {
  const mark = 'globalThis.pwned=(globalThis.pwned||0)+1'
  const payloads = [
    `<img src=x onerror="${mark}">`,
    `<script>${mark}</script>`,
    `<svg onload="${mark}"><animate onbegin="${mark}" attributeName=x dur=1s></svg>`,
    `<iframe srcdoc="<script>parent.${mark.slice(11)}</script>"></iframe>`,
    `<details open ontoggle="${mark}">x</details>`,
    `<a href="javascript:${mark}">javascript:${mark}</a>`,
    `[x](javascript:${mark}) ![x](x" onerror="${mark})`,
    `"><img src=x onerror="${mark}">`,
    `<math><mtext><table><mglyph><style><img src=x onerror="${mark}"></style></mglyph></table></mtext></math>`,
    `{{constructor.constructor('${mark}')()}} \${${mark}}`,
    `\u202e<img src=x onerror="${mark}">\u0000`,
    `<base href="https://elsewhere.example/"><meta http-equiv="refresh" content="0;url=javascript:${mark}">`,
  ]
  const put = async () => {
    const database = await done(indexedDB.open('holdfast-notes'))
    const transaction = database.transaction('notes', 'readwrite')
    const now = Date.now()
    payloads.forEach((text, at) => {
      transaction
        .objectStore('notes')
        .put({ id: crypto.randomUUID(), title: text, body: `found ${text}`, createdAt: now + at, updatedAt: now + at })
    })
    await new Promise((resolve, reject) => {
      transaction.oncomplete = resolve
      transaction.onabort = () => reject(transaction.error)
    })
    database.close()
    return payloads.length
  }
  /** What careless code does with notes. */
  const render = async () => {
    const dump = await dumpStorage()
    const notes = dump.databases['holdfast-notes'].notes.map(([, note]) => note)
    const refused = []
    for (const { title, body } of notes) {
      const element = document.createElement('div')
      document.body.append(element)
      await lib.outcome(() => Reflect.set(element, 'innerHTML', title + body)).then((text) => refused.push(text))
    }
    await new Promise((resolve) => setTimeout(resolve, 500))
    return {
      notes: notes.length,
      ran: globalThis.pwned ?? 0,
      refused,
      nodes: document.querySelectorAll('img, svg, iframe').length,
    }
  }
  attack(async ({ act }) => (act === 'list' ? payloads : act === 'put' ? put() : render()))
})()
