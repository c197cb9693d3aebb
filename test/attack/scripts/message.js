// Sends the worker one message of any type, and tells what it answers.
attack(async ({ type, more }) => {
  await navigator.serviceWorker.ready
  return lib.ask(lib.question(type, more ?? {}))
})
