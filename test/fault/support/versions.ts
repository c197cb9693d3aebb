/**
 * A worker of the next version: it understands messages of version 2 alone, and of any version what every version
 * understands. Made of this one by counting the versions of its messages one up.
 */
export const withNextVersion = (source: string): string => `;(() => {
  const { get } = Object.getOwnPropertyDescriptor(ExtendableMessageEvent.prototype, 'data')
  Object.defineProperty(ExtendableMessageEvent.prototype, 'data', {
    get() {
      const data = get.call(this)
      return typeof data?.v === 'number' ? { ...data, v: data.v - 1 } : data
    },
  })
  for (const { prototype } of [MessagePort, Client]) {
    const { postMessage } = prototype
    prototype.postMessage = function (message, ...rest) {
      return postMessage.call(this, typeof message?.v === 'number' ? { ...message, v: message.v + 1 } : message, ...rest)
    }
  }
})();
${source}`
