/** The address that the document was loaded with, which may come from anywhere; later ones are links inside the console. */
export const OPENED_WITH = window.location.hash
