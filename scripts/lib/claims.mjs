/** What SECURITY.md claims, and by which cases of the catalogue each claim is attacked. */
export const claims = [
  { title: 'What is stored opens nothing to a page', cases: ['38', '50a'] },
  { title: 'No message is answered with a secret, and messages harm nobody', cases: ['39'] },
  { title: 'Nothing that was issued is on any surface of a page', cases: ['40', '50b'] },
  { title: 'Credentials go to the exact origin and path, and never come back', cases: ['41', '42', '43'] },
  { title: 'The key of the proofs signs nothing that a page wishes', cases: ['44'] },
  { title: "The worker's script, with the share in it, is given to no page", cases: ['45'] },
  { title: 'No flow and no callback brings a page a code', cases: ['46', '47', '48'] },
  { title: "The attacker's code has no way out of the worker", cases: ['49'] },
  { title: 'What is written in a note never becomes script', cases: ['50'] },
  { title: 'No web page and no content script gets anything of the extension', cases: ['70', '71', '72'] },
]
