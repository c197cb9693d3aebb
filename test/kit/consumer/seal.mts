import { createSeal } from 'holdfast/seal'

const seal = createSeal({
  keys: [{ id: 'k1', secret: '0123456789abcdef0123456789abcdef' }],
  worker: { path: '/sw.js', source: 'self' },
  callbackPath: '/auth/callback',
  connect: ['https://id.example.com'],
})

export const respond = async (request: Request): Promise<Response> =>
  seal.protect(request, (await seal.handle(request)) ?? new Response('mine'))
