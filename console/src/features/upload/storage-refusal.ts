/** The sentences for a part that got no answer. A browser does not say whether the network failed or the storage refuses the page (CORS). */
export function storageRefusal(part: number, url: string, origin: string): string {
  return (
    `The storage at ${new URL(url).host} did not take part ${part} of the file: it did not answer, or it refuses ` +
    `uploads from pages of ${origin}. Check the network; if the network works, ask an operator to add this ` +
    'address to `console_origins` of the deployment.'
  )
}
