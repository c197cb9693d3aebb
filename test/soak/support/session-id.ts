import { decodeJwt } from 'jose'

/** The session at the server that an access token is of. */
export const sessionIdOf = (accessToken: string): string => String(decodeJwt(accessToken).sid)
