/** What a server or a file calls itself is shown without what a terminal would act on. */
export const plain = (text: string): string => text.replace(/\p{C}/gu, '')
