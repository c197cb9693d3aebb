import { installCustody } from '../../../../src/sw/install.ts'

/** Put in by the build: where the liar is. */
declare const __LIAR__: string

const ids = Array.from({ length: 200 }, (_, index) => `p${index}`)

installCustody({
  callbackPath: '/auth/callback',
  providers: ids.map((id) => ({
    id,
    issuer: `${__LIAR__}/${id}`,
    clientId: 'liar-client',
    scope: 'openid profile email offline_access',
    responseMode: 'form_post',
    dpop: true,
  })),
  resources: ids.map((id) => ({ provider: id, origin: __LIAR__, paths: [`/${id}/api/`], methods: ['GET'] })),
})
