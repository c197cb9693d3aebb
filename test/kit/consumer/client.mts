import { connect, HoldfastError, type Session, type SessionState } from 'holdfast/client'

const session: Session = await connect({ script: '/sw.js' })
const state: SessionState = session.state.value
if (state.status === 'signed-in') document.title = state.account.name ?? state.account.sub
// @ts-expect-error there is no way to ask for a token
session.accessToken
try {
  await session.signIn({ provider: 'main', returnTo: '/' })
  await session.signOut()
} catch (error) {
  if (error instanceof HoldfastError) document.title = error.code
}
