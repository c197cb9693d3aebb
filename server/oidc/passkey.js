// The one script of the provider's pages: asks the browser for a passkey, and sends on what it says.
const form = document.querySelector('form[data-options]')
const failed = document.querySelector('#passkey-failed')

const ask = async () => {
  const options = JSON.parse(form.dataset.options)
  if (form.dataset.kind === 'create') {
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options)
    return navigator.credentials.create({ publicKey })
  }
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options)
  return navigator.credentials.get({ publicKey })
}

const run = async () => {
  failed.hidden = true
  try {
    const credential = await ask()
    form.elements.namedItem('response').value = JSON.stringify(credential.toJSON())
    form.submit()
  } catch {
    failed.hidden = false
  }
}

form.addEventListener('submit', (event) => {
  event.preventDefault()
  void run()
})
void run()
