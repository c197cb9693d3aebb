import { installCustody } from 'holdfast/worker'

installCustody({
  callbackPath: '/auth/callback',
  providers: [
    {
      id: 'main',
      issuer: __ISSUER__,
      clientId: 'example',
      scope: 'openid offline_access',
      responseMode: 'query',
      dpop: true,
      resource: __API__,
      prompt: 'consent',
    },
  ],
  resources: [{ provider: 'main', origin: __API__, paths: ['/v1/'], methods: ['GET', 'POST'] }],
})
