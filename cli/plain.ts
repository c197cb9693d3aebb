/** What a server or a file calls itself is shown without what a terminal would act on. */
export const plain = (text: string): string => text.replace(/\p{C}/gu, '')

/** The text of a note as a terminal shows it; whoever reads it from a pipe gets it as it is. */
export const forTerminal = (text: string): string => (process.stdout.isTTY ? text.replace(/[^\P{Cc}\n\t]/gu, '') : text)
