// Asks the worker one thing.
attack(async ({ type, ...more }) => {
  await navigator.serviceWorker.ready
  return lib.ask(lib.question(type, more))
})
