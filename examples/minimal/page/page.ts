import { connect } from 'holdfast/client'

const button = (name: string, act: () => unknown) => {
  const element = document.createElement('button')
  element.textContent = name
  element.addEventListener('click', act)
  document.body.append(element)
}
const output = document.createElement('pre')
output.setAttribute('role', 'status')

const session = await connect({ script: '/sw.js' })
session.state.subscribe((state) => {
  output.textContent = JSON.stringify(state)
})
button('Sign in', () => session.signIn({ provider: 'main', returnTo: '/' }))
button('Sign out', () => session.signOut())
button('Call', async () => {
  const response = await fetch(`${__API__}/v1/me`)
  output.textContent = `${response.status} ${await response.text()}`
})
document.body.append(output)
