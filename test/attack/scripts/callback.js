// Sends the browser to the callback with an answer of its own: as a form, or as an address.
attack(({ method, fields }) => {
  const form = document.createElement('form')
  form.method = method
  form.action = '/auth/callback'
  for (const [name, value] of fields) {
    const input = document.createElement('input')
    // An address has no room for what is endless.
    Object.assign(input, { type: 'hidden', name, value: value === 'endless' ? 'x'.repeat(100_000) : value })
    form.append(input)
  }
  document.body.append(form)
  form.submit()
})
