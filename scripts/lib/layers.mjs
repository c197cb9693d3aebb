/** The layers that keep a secret from a page, each of which the attacks are also run without: `--without=seal`. */
export const layers = {
  seal: "the share in the worker's script that the vault key needs",
  prefix: 'the __Host-Http- of the install cookie, which no script can set',
  gate: "the gate that gives the worker's script to registrations alone",
  callback: 'the callback that never renders and never hands anything on',
  formpost: 'the form that carries the answer of the provider, in place of an address',
  csp: 'the policy on every response',
  match: 'the exact match of origin and path before credentials are added',
  drop: 'the dropping of credentials that a page has set',
  sender: 'the judging of who sends a message',
  operations: 'the fixed list of operations, none of which answers a secret',
  silence: 'the worker that says, keeps and forwards nothing but the session state',
  state: 'the state that binds an answer to the sign-in that asked for it',
  hash: 'the hashes of the build that cached files are checked against',
  echo: 'an API that echoes no headers',
  except: 'the addresses of sync, for which pages get no credentials',
  trusted: 'the types that keep markup from becoming script',
}
