/** Version of the messages between a page and the custody worker. A page that speaks another one is asked to reload. */
export const PROTOCOL = 1
