import { type CustodyConfig, installCustody } from 'holdfast/worker'

const config: CustodyConfig = {
  callbackPath: '/auth/callback',
  providers: [
    {
      id: 'main',
      issuer: 'https://id.example.com',
      clientId: 'web',
      scope: 'openid profile email offline_access',
      responseMode: 'form_post',
      dpop: true,
    },
  ],
  resources: [{ provider: 'main', origin: 'https://api.example.com', paths: ['/v1/'], methods: ['GET', 'POST'] }],
}
installCustody(config)
// @ts-expect-error a provider is more than an id
installCustody({ ...config, providers: [{ id: 'main' }] })
