/** The name in `storage.session` of the number of the window that a sign-in has opened. */
export const WINDOW = 'sign-in-window'
/** The name in `storage.session` under which the background leaves how the last sign-in ended. */
export const OUTCOME = 'sign-in-outcome'
