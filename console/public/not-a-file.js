// The pages of the console are behind `#`, so an address such as /query names no file and opens the page of that name.
// A script cannot declare `location`: the window has it.
const { pathname, search } = globalThis.location
globalThis.location.replace(`/#${pathname}${search}`)
