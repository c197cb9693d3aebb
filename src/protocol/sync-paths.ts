/**
 * Below the API: what the worker alone asks for with credentials. A page has no business there, and a script in it could have the
 * server forget what it carries.
 */
export const workerOnlyPaths = ['/sync/log', '/sync/records', '/sync/compact', '/sync/backup', '/blobs'] as const
