// The pages of the console are behind `#`, so an address such as /query names no file and opens the page of that name.
const { location } = globalThis
location.replace(`/#${location.pathname}${location.search}`)
